//! The page on paper: printed by headless Chromium to A4 and Letter, and read back page by page with Poppler's tools. In CI
//! always, elsewhere where both are installed.

use std::fmt::Write as _;
use std::process::Command;

use super::browser::chromium;
use super::support::{Place, skip};

/// Pages of the body, before the appendix.
const MOST_PAGES: usize = 8;
/// A name that is long, hostile, and has nowhere to break.
const HOSTILE: &str =
    "</td></style><script>alert(1)</script>'\u{202e}=cmd|x_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// One printed page: its text, and how far down it reaches, as a share of its height, without the footer.
struct Sheet {
    text: String,
    filled: f64,
    /// Whether a word reaches over an edge.
    is_cut: bool,
}

/// Services with deployments in two quarters, the second busier, each fifth of them failing.
fn history(services: usize, has_incidents: bool) -> Place {
    let place = Place::new();
    let mut config =
        String::from("[report]\norganisation = \"Example\"\n[deployments]\nenvironments = [\"production\"]\n");
    let mut deployments = String::from("id,repo,environment,sha,status,created_at,finished_at\n");
    let mut incidents = String::from("id,title,service_keys,opened_at,resolved_at\n");
    for service in 0..services {
        let name = if service == 1 { HOSTILE.to_owned() } else { format!("service-{service:03}") };
        let name = name.replace('\'', "\u{2019}");
        let team = service % 7;
        let _ = writeln!(config, "[[service]]\nname = '{name}'\nteam = 'team-{team}'\nrepos = ['acme/r{service}']");
        for (month, many) in [(4, 2), (5, 3), (6, 2), (7, 5), (8, 6), (9, 4)] {
            for nth in 0..many + service % 3 {
                let (day, id) = (1 + (nth * 5 + service) % 27, format!("{service}-{month}-{nth}"));
                let _ = writeln!(
                    deployments,
                    "{id},acme/r{service},production,{id}aaaaaaaaa,success,2026-{month:02}-{day:02}T09:00:00Z,2026-{month:02}-{day:02}T09:10:00Z"
                );
                if nth % 5 == 1 {
                    let end = if nth == 6 && service % 9 == 0 {
                        String::new()
                    } else {
                        format!("2026-{month:02}-{day:02}T11:00:00Z")
                    };
                    let _ = writeln!(
                        incidents,
                        "I{id},\"{name}: it broke\",\"{name}\",2026-{month:02}-{day:02}T09:30:00Z,{end}"
                    );
                }
            }
        }
    }
    place.write("dora.toml", &config).write("d.csv", &deployments).write("i.csv", &incidents);
    place.write(
        "notes.toml",
        &format!(
            "comment = '{}'\n[[action]]\nwhat = 'Smaller batches'\nowner = '{}'\ndue = 2026-11-01\nmetric = 'lt'\n\
             [[action]]\nwhat = '{}'\nmetric = 'cfr'\n[[action]]\nwhat = 'Third'\nmetric = 'df'\n[[action]]\nwhat = 'Fourth'\n",
            "comment ".repeat(75).trim(),
            "o".repeat(60),
            "a long action ".repeat(20)
        ),
    );
    place.done(["import", "deployments", "d.csv", "--covers", "2026-01-01..2026-10-01"]);
    if has_incidents {
        place.done(["import", "incidents", "i.csv", "--covers", "2026-01-01..2026-10-01"]);
    }
    for (period, as_of) in [("2026-Q2", "2026-07-01T00:00:00Z"), ("2026-Q3", "2026-10-01T00:00:00Z")] {
        place.done(["report", "--period", period, "--as-of", as_of, "--notes", "notes.toml"]);
    }
    place
}

/// The page as it is printed on a paper; `None` where a tool is missing.
fn printed(place: &Place, page: &str, paper: &str) -> Option<Vec<Sheet>> {
    let html = place.read(page);
    assert!(html.contains("size: portrait"), "the page leaves the paper to the printer");
    place.write("print.html", &html.replace("size: portrait", &format!("size: {paper} portrait")));
    let pdf = place.path("page.pdf");
    let target = format!("--print-to-pdf={}", pdf.display());
    let address = format!("file://{}", place.path("print.html").display());
    chromium(place, &["--no-pdf-header-footer", "--virtual-time-budget=10000", &target, &address])?;
    let read = |arguments: &[&str]| {
        let done = Command::new("pdftotext").args(arguments).arg(&pdf).arg("-").output().ok()?;
        Some(String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let texts = read(&["-layout"])?;
    let boxes = read(&["-bbox"])?;
    let sheets = texts.split('\u{c}').zip(boxes.split("<page ").skip(1)).map(|(text, page)| {
        let number = |text: &str, name: &str| -> f64 {
            let rest = text.split_once(&format!("{name}=\"")).expect(name).1;
            rest.split('"').next().expect("a number").parse().expect("a number")
        };
        let (width, height) = (number(page, "width"), number(page, "height"));
        let words: Vec<&str> = page.split("<word ").skip(1).collect();
        // The footer lies in the margin.
        let is_body = |word: &&&str| number(word, "yMax") < height - 44.0;
        let lowest = words.iter().filter(is_body).map(|word| number(word, "yMax")).fold(0.0, f64::max);
        let is_cut = words.iter().any(|word| number(word, "xMax") > width - 20.0 || number(word, "xMin") < 20.0);
        Sheet { text: text.to_owned(), filled: lowest / height, is_cut }
    });
    Some(sheets.collect())
}

/// A text on one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What must hold of every report on every paper; the pages of its body.
fn check(what: &str, place: &Place, sheets: &[Sheet]) -> usize {
    let body =
        sheets.iter().position(|sheet| sheet.text.lines().any(|line| line.trim() == "Appendix")).expect("an appendix");
    assert!(body <= MOST_PAGES, "{what}: the body has {body} pages");
    for (at, sheet) in sheets.iter().enumerate() {
        let footer = format!("page {} of {}", at + 1, sheets.len());
        let text = flat(&sheet.text);
        assert!(text.contains(&footer), "{what}: page {} lacks its footer", at + 1);
        assert!(
            text.contains("DORA metrics 2026-Q3 · as of 2026-10-01"),
            "{what}: period and instant on page {}",
            at + 1
        );
        assert!(!sheet.is_cut, "{what}: page {} is cut at its side", at + 1);
    }
    for (at, sheet) in sheets.iter().enumerate().take(body).skip(1) {
        let is_last = at + 1 == body;
        assert!(is_last || sheet.filled > 0.5, "{what}: page {} is filled to {:.2}", at + 1, sheet.filled);
    }
    let report: serde_json::Value = serde_json::from_str(&place.read("reports/2026-Q3/report.json")).expect("JSON");
    let first = flat(&sheets[0].text);
    // Poppler sets the columns of a page side by side; single lines of text stay whole.
    let headline = report["summary"]["headline"].as_str().expect("a headline");
    for word in headline.split_whitespace() {
        assert!(first.contains(word), "{what}: `{word}` of the headline is not on page one");
    }
    for wanted in
        ["Deployment", "Lead time", "Change failure rate", "Time to", "rework rate", "Can these numbers be trusted?"]
    {
        assert!(first.contains(wanted), "{what}: `{wanted}` is not on page one: {first}");
    }
    assert!(first.contains("Actions") && first.contains("Smaller batches"), "{what}: the actions are on page one");
    assert!(first.contains("Comment by the author"), "{what}: the comment ends on page one");
    assert!(!flat(&sheets[1].text).contains("Comment by the author"));
    body
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn on_a4_and_letter_the_body_fits_eight_pages_whatever_the_number_of_services() {
    for (services, has_incidents) in [(1, true), (6, true), (6, false), (40, true), (500, true)] {
        let place = history(services, has_incidents);
        for paper in ["A4", "letter"] {
            let Some(sheets) = printed(&place, "reports/2026-Q3/index.html", paper) else {
                return skip("chromium or pdftotext is not installed");
            };
            let what = format!("{services} services, incidents: {has_incidents}, {paper}");
            check(&what, &place, &sheets);
            let all = sheets.iter().map(|sheet| flat(&sheet.text)).collect::<Vec<_>>().join(" ");
            let shown = if services == 1 { "service-000" } else { "service-002" };
            assert!(all.contains(shown), "{what}: the name {shown} is whole");
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_demo_and_a_report_without_figures_print_whole() {
    let demo = Place::new();
    demo.done(["demo"]);
    let empty = Place::new();
    empty.write("none.csv", "id,service_keys,opened_at,resolved_at\n").done(["import", "incidents", "none.csv"]);
    empty.done(["report", "--period", "2026-Q3", "--as-of", "2026-10-01T00:00:00Z"]);
    for paper in ["A4", "letter"] {
        let Some(sheets) = printed(&demo, "reports/demo/2026-Q3/index.html", paper) else {
            return skip("chromium or pdftotext is not installed");
        };
        let body =
            sheets.iter().position(|sheet| sheet.text.contains("The points of the charts")).expect("an appendix");
        assert!(body <= MOST_PAGES, "{body} pages");
        let first = flat(&sheets[0].text);
        assert!(first.contains("recovered to the level of") && first.contains("Results of the previous actions"));
        assert!(first.contains("incidents are still open"), "the comment is whole");
        let sheets = printed(&empty, "reports/2026-Q3/index.html", paper).expect("the tools are there");
        assert!(flat(&sheets[0].text).contains("There is no figure for 2026-Q3."));
        assert!(sheets.iter().all(|sheet| !sheet.is_cut));
    }
}
