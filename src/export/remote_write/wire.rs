//! The wire format of remote write 1.0: a protobuf `WriteRequest` in a block of Snappy, milliseconds, labels sorted.
//!
//! Source: the Prometheus Remote-Write 1.0 specification, section "Protocol".

use prost::Message;

use crate::domain::time::Timestamp;
use crate::export::event_series::Series;

#[derive(Clone, PartialEq, Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
}

/// One request body. Each series comes once, with its samples in the order they have here.
pub(super) fn encode<'a>(samples: impl IntoIterator<Item = (&'a Series, Timestamp, f64)>) -> Vec<u8> {
    let mut order: Vec<(*const Series, TimeSeries)> = Vec::new();
    let mut places = rustc_hash::FxHashMap::default();
    for (series, at, value) in samples {
        let place = *places.entry(std::ptr::from_ref(series)).or_insert_with(|| {
            order.push((std::ptr::from_ref(series), TimeSeries { labels: labels(series), samples: Vec::new() }));
            order.len() - 1
        });
        if let Some((_, one)) = order.get_mut(place) {
            one.samples.push(Sample { value, timestamp: at.0 });
        }
    }
    let request = WriteRequest { timeseries: order.into_iter().map(|(_, one)| one).collect() };
    compress(&request.encode_to_vec())
}

/// A request without a sample: it tells whether a server takes any.
pub(super) fn nothing() -> Vec<u8> {
    compress(&[])
}

fn labels(series: &Series) -> Vec<Label> {
    let own = series.labels.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let name = ("__name__".to_owned(), series.family.name().to_owned());
    let mut labels: Vec<Label> = std::iter::once(name).chain(own).map(|(name, value)| Label { name, value }).collect();
    labels.sort_by(|a, b| a.name.cmp(&b.name));
    labels
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    // Compression fails only beyond 4 GiB, and a request has a few thousand samples; the server would refuse an empty
    // body.
    snap::raw::Encoder::new().compress_vec(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::Group;
    use crate::export::event_series::Family;

    #[test]
    fn a_request_reads_back_as_its_series_with_sorted_labels_and_milliseconds() {
        let one = |family, scope: &str| Series {
            family,
            group: Group::all(),
            labels: vec![("scope", scope.to_owned()), ("job", "j \"\\\n/".to_owned())],
            samples: Vec::new(),
        };
        let (a, b) = (one(Family::LeadTime, "all"), one(Family::Failure, "team"));
        let sent = encode([(&a, Timestamp(1), 0.0), (&b, Timestamp(2), 1.0), (&a, Timestamp(1_700_000_000_123), 2.5)]);
        let bytes = snap::raw::Decoder::new().decompress_vec(&sent).expect("a block");
        let read = WriteRequest::decode(bytes.as_slice()).expect("a request");
        let labels = |at: usize| {
            let pairs = read.timeseries[at].labels.iter().map(|it| format!("{}={}", it.name, it.value));
            pairs.collect::<Vec<_>>().join(",")
        };
        assert_eq!(labels(0), "__name__=dora_lead_time_seconds,job=j \"\\\n/,scope=all");
        assert_eq!(labels(1), "__name__=dora_incident_caused_by_deploy,job=j \"\\\n/,scope=team");
        let times: Vec<(f64, i64)> = read.timeseries[0].samples.iter().map(|it| (it.value, it.timestamp)).collect();
        assert_eq!(times, [(0.0, 1), (2.5, 1_700_000_000_123)]);
        assert!(snap::raw::Decoder::new().decompress_vec(&nothing()).expect("a block").is_empty());
    }
}
