//! The page in a real browser: headless Chromium, in CI always, elsewhere where it is installed.

use std::process::Command;

use super::support::{COMMITS, DEPLOYMENTS, Place, skip};

/// Text that would run, break out of its cell or its drawing, or hide what follows, if it were let.
const HOSTILE: &str = "</td></svg></title></style><script>document.body.dataset.owned=1</script>\
                       <img src=http://127.0.0.1:9/x onerror=document.body.dataset.owned=1>\u{202e}\u{1f525}&lt;b&gt;";

pub(crate) fn chromium(place: &Place, arguments: &[&str]) -> Option<(String, String)> {
    let profile = place.path("profile");
    let run = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"])
        .args(["--disable-component-update", "--disable-sync", "--enable-logging=stderr"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(arguments)
        .output()
        .ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((text(&run.stdout), text(&run.stderr)))
}

fn hostile_report() -> Place {
    let place = Place::new();
    let name = HOSTILE.replace('"', "");
    place.write(
        "dora.toml",
        &format!(
            "[report]\norganisation = '{name}'\n[[service]]\nname = '{name}'\nteam = '{name}'\nrepos = ['acme/web']\n"
        ),
    );
    let title = HOSTILE.replace('"', "\"\"");
    let incidents = format!(
        "id,title,service_keys,opened_at,resolved_at,caused_by_deploy,url\n\
         \"{title}\",\"{title}\",\"{title}\",2026-07-15T09:35:00Z,2026-07-15T10:35:00Z,true,javascript:document.body.dataset.owned=1\n"
    );
    place.write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS).write("i.csv", &incidents);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    place.done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"]);
    place
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn in_a_browser_hostile_names_run_nothing_fetch_nothing_and_log_nothing() {
    let place = hostile_report();
    let url = format!("file://{}", place.path("reports/2026-07/index.html").display());
    let log = format!("--log-net-log={}", place.path("net.json").display());
    let Some((dom, said)) = chromium(&place, &["--virtual-time-budget=2000", &log, "--dump-dom", &url]) else {
        return skip("chromium is not installed");
    };
    assert!(dom.contains("</html>") && dom.contains("Change failure rate"), "the page was read: {said}");
    assert!(!dom.contains("data-owned"), "something ran");
    assert!(!dom.contains("href=\"javascript:"), "a script hides behind a link");
    assert_eq!(dom.matches("<h1").count(), 1);
    assert!(!said.contains("CONSOLE"), "the console is silent: {said}");
    let requests = place.read("net.json");
    for host in ["127.0.0.1:9", "http://127"] {
        assert!(!requests.contains(host), "the page asked {host} for something");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn on_a_phone_the_page_does_not_scroll_sideways_and_it_prints() {
    let place = hostile_report();
    let page = place.path("reports/2026-07/index.html");
    // A frame of a phone's width reports by how much the page inside is wider.
    let frame = format!(
        "<iframe id=f style='width:360px;height:640px;border:0' src='file://{}'></iframe><script>\
         f.onload=()=>{{let p=f.contentDocument.documentElement;document.title=`over ${{p.scrollWidth-p.clientWidth}}`}}</script>",
        page.display()
    );
    place.write("frame.html", &frame);
    let framed = format!("file://{}", place.path("frame.html").display());
    let arguments = ["--allow-file-access-from-files", "--virtual-time-budget=3000", "--dump-dom", &framed];
    let Some((dom, said)) = chromium(&place, &arguments) else {
        return skip("chromium is not installed");
    };
    assert!(
        dom.contains("<title>over 0</title>"),
        "wider than the phone: {}",
        dom.chars().take(120).collect::<String>()
    );
    assert!(!said.contains("CONSOLE"), "the console is silent: {said}");
    let pdf = format!("--print-to-pdf={}", place.path("page.pdf").display());
    chromium(&place, &[&pdf, &format!("file://{}", page.display())]);
    let printed = std::fs::read(place.path("page.pdf")).expect("a PDF");
    assert!(printed.starts_with(b"%PDF") && printed.len() > 20_000);
}

/// The page with axe-core in it, which gives its verdict as the title: the rules that are broken, or `clean N`.
fn audited(place: &Place, page: &str, is_dark: bool) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "where axe-core lies, only the environment says")]
    let axe = std::fs::read_to_string(std::env::var_os("AXE_CORE")?).expect("axe-core");
    let (before, rest) = page.split_once("<meta http-equiv=\"Content-Security-Policy\"").expect("a policy");
    let rest = rest.split_once('>').expect("its end").1;
    let page = format!("{before}{rest}");
    let dark = "(prefers-color-scheme: dark)";
    assert!(page.contains(dark));
    let page = page.replace(dark, if is_dark { "(min-width: 1px)" } else { "(max-width: 1px)" });
    let tags = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']";
    let verdict = format!(
        "<script>{axe}</script><script>for (const d of document.querySelectorAll('details')) d.open = true;\
         axe.run(document, {{runOnly: {{type: 'tag', values: {tags}}}}}).then(r => {{\
         document.title = r.violations.length ? 'broken ' + r.violations.map(v => v.id + ' ' + v.nodes[0].target + ' ' \
         + v.nodes[0].failureSummary).join('; ') : 'clean ' + r.passes.length}})</script></body>"
    );
    place.write("audited.html", &page.replace("</body>", &verdict));
    let url = format!("file://{}", place.path("audited.html").display());
    let (dom, said) = chromium(place, &["--virtual-time-budget=120000", "--dump-dom", &url])?;
    let title = dom.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    Some(title.unwrap_or_else(|| panic!("no title: {said}")).0.to_owned())
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_page_breaks_no_rule_of_wcag_in_light_and_in_dark() {
    let hostile = hostile_report();
    let sample = Place::new();
    sample.done(["demo"]);
    for (place, page) in [(&hostile, "reports/2026-07/index.html"), (&sample, "reports/demo/2026-Q3/index.html")] {
        for is_dark in [false, true] {
            let Some(verdict) = audited(place, &place.read(page), is_dark) else {
                return skip("chromium is not installed, or AXE_CORE does not name axe-core's axe.min.js");
            };
            assert!(verdict.starts_with("clean "), "{page}, dark: {is_dark}: {verdict}");
        }
    }
}
