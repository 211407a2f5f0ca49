//! The real servers on free ports of this machine, killed when they are dropped.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::Place;

/// Kind and name of a group, and its value.
pub(super) type Answer = (String, String, f64);

/// Takes remote writes as old as any history of the tests.
pub(super) const ANY_AGE: &str = "storage: {tsdb: {out_of_order_time_window: 20y}}\n";

/// A server that answers over HTTP.
pub(super) struct Server {
    child: Child,
    pub(super) url: String,
}

impl Server {
    /// A Prometheus over a data directory of the place, with a configuration.
    pub(super) fn prometheus(place: &Place, data: &str, config: &str) -> Self {
        place.write("prometheus.yml", config);
        let port = free_port();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", place.path("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", place.path(data).display()))
            .args(["--storage.tsdb.retention.time=100y", "--web.enable-remote-write-receiver"])
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stderr(Stdio::null())
            .spawn();
        Self::ready(child.expect("prometheus starts"), port)
    }

    /// A Pushgateway that keeps nothing on disk.
    pub(super) fn pushgateway() -> Self {
        let port = free_port();
        let child = Command::new("prometheus-pushgateway")
            .args(["--persistence.file=".to_owned(), format!("--web.listen-address=127.0.0.1:{port}")])
            .stderr(Stdio::null())
            .spawn();
        Self::ready(child.expect("prometheus-pushgateway starts"), port)
    }

    fn ready(child: Child, port: u16) -> Self {
        let server = Self { child, url: format!("http://127.0.0.1:{port}") };
        server.wait("it is ready", |server| server.get("/-/ready", &[]).is_some());
        server
    }

    /// Asks again and again until something holds.
    pub(super) fn wait(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        for _ in 0..600 {
            if holds(self) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{}: a minute went by before {what}", self.url);
    }

    /// The body of an answer that is none of an error.
    pub(super) fn get(&self, path: &str, parameters: &[(&str, &str)]) -> Option<String> {
        let mut curl = Command::new("curl");
        curl.args(["-sSfG", "--max-time", "30"]);
        for (name, value) in parameters {
            curl.arg("--data-urlencode").arg(format!("{name}={value}"));
        }
        let run = curl.arg(format!("{}{path}", self.url)).stderr(Stdio::null()).output().expect("curl");
        run.status.success().then(|| String::from_utf8_lossy(&run.stdout).into_owned())
    }

    fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Vec<Value> {
        let text = self.get(path, parameters).unwrap_or_else(|| panic!("{path} {parameters:?}: no answer"));
        let reply: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(reply["status"], "success", "{reply}");
        reply["data"]["result"].as_array().expect("a result").clone()
    }

    /// The series of an instant query.
    pub(super) fn query(&self, expression: &str, at: Option<f64>) -> Vec<Value> {
        let at = at.map(|at| format!("{at:.3}"));
        let time = at.iter().map(|at| ("time", at.as_str()));
        self.ask("/api/v1/query", &std::iter::once(("query", expression)).chain(time).collect::<Vec<_>>())
    }

    /// The values of an instant query by kind and name of the group.
    pub(super) fn answers(&self, expression: &str, at: Option<f64>) -> Vec<Answer> {
        self.query(expression, at).iter().map(|it| answer(it, &it["value"])).collect()
    }

    /// The values of a range query by kind and name of the group, with the second of each; a step is a day.
    pub(super) fn days(&self, expression: &str, from: f64, to: f64) -> Vec<(f64, Answer)> {
        let (start, end) = (format!("{from:.3}"), format!("{to:.3}"));
        let asked = [("query", expression), ("start", &start), ("end", &end), ("step", "86400")];
        let series = self.ask("/api/v1/query_range", &asked);
        let of = |it: &Value| {
            let values = it["values"].as_array().expect("values").clone();
            values.into_iter().map(|value| (value[0].as_f64().expect("a time"), answer(it, &value))).collect::<Vec<_>>()
        };
        series.iter().flat_map(of).collect()
    }
}

fn answer(series: &Value, value: &Value) -> Answer {
    let label = |name: &str| series["metric"][name].as_str().unwrap_or_default().to_owned();
    let scope = label("scope");
    let name = if scope == "all" { "all".to_owned() } else { label(&scope) };
    let number = value[1].as_str().and_then(|text| text.parse().ok()).expect("a number");
    (scope, name, number)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(super) use crate::support::free_port;
