//! Compares an analysis with the oracle and lists every difference, by path, as text.
//!
//! Counts, dates, names and links must be equal; real numbers may differ by 1e-9 of themselves. Where the definitions
//! leave a choice (which of several reasons is named, in which order the causes of a failure stand), each is accepted.

use std::fmt::Debug;

use dora_report::domain::event::Table;
use dora_report::domain::group::Group;
use dora_report::domain::period::Period;
use dora_report::domain::reason::Reason;
use dora_report::domain::unit::Interval;
use dora_report::metrics::tables::{
    Analysis, Cause, DailyRow, DeploymentEvent, DeploymentRecord, DeploymentRecords, Details, Durations, Figure,
    GroupReport, IncidentRecord, LeadTimeDetails, Metric, NoData, Statistic,
};

use crate::oracle::{ExpectedDeployment, Known, Missing, World};

/// Every difference between what the program says and what the oracle says.
pub(crate) fn differences(analysis: &Analysis, world: &World) -> Vec<String> {
    let mut found = Differences::default();
    found.equal("as_of", &analysis.as_of, &world.as_of);
    for (table, rows) in [
        (Table::Deployments, world.events.deployments.len()),
        (Table::Commits, world.events.commits.len()),
        (Table::PullRequests, world.events.pull_requests.len()),
        (Table::Incidents, world.events.incidents.len()),
    ] {
        let input = analysis.inputs.iter().find(|input| input.table == table);
        found.equal(table.folder(), &input.map_or(0, |input| input.rows), &(rows as u64));
    }
    let groups: Vec<_> =
        analysis.groups.iter().map(|group| (group.group.clone(), group.team.clone(), group.services)).collect();
    found.equal("groups", &groups, &world.groups());
    for group in &analysis.groups {
        let name = format!("{} {}", group.group.kind.as_str(), group.group.name);
        found.within(&name, |found| found.group(group, &analysis.period, analysis.previous.as_ref(), world));
    }
    found.deployments(&analysis.deployments, &world.deployment_records(&analysis.period));
    found.incidents(&analysis.incidents.iter().collect::<Vec<_>>(), &world.incident_records(&analysis.period));
    found.list
}

#[derive(Default)]
struct Differences {
    path: Vec<String>,
    list: Vec<String>,
}

impl Differences {
    fn within(&mut self, step: &str, body: impl FnOnce(&mut Self)) {
        self.path.push(step.to_owned());
        body(self);
        self.path.pop();
    }

    fn report(&mut self, what: &str, got: &dyn Debug, wanted: &dyn Debug) {
        self.list.push(format!("{}: {what}: got {got:?}, the oracle says {wanted:?}", self.path.join(": ")));
    }

    fn equal<T: PartialEq + Debug>(&mut self, what: &str, got: &T, wanted: &T) {
        if got != wanted {
            self.report(what, got, wanted);
        }
    }

    fn count(&mut self, what: &str, got: Option<u32>, wanted: Option<u64>) {
        self.equal(what, &got.map(u64::from), &wanted);
    }

    fn real(&mut self, what: &str, got: Option<f64>, wanted: Option<f64>) {
        self.near(what, got, wanted, 0.0);
    }

    fn near(&mut self, what: &str, got: Option<f64>, wanted: Option<f64>, slack: f64) {
        let same = match (got, wanted) {
            (Some(got), Some(wanted)) => (got - wanted).abs() <= slack + 1e-9 * got.abs().max(wanted.abs()) + 1e-12,
            (None, None) => true,
            _ => false,
        };
        if !same {
            self.report(what, &got, &wanted);
        }
    }

    fn interval(&mut self, got: Option<Interval>, wanted: Option<Interval>) {
        self.real("ci95 low", got.map(|ends| ends.low), wanted.map(|ends| ends.low));
        self.real("ci95 high", got.map(|ends| ends.high), wanted.map(|ends| ends.high));
    }

    /// Either the figure, or one of the reasons that hold.
    fn figure(&mut self, what: &str, got: &Figure, wanted: &Known) {
        match (&got.missing, wanted) {
            (None, Ok(wanted)) => self.within(what, |found| found.known(got, wanted)),
            (Some(reason), Err(reasons)) if reasons.contains(&missing(reason)) => {}
            _ => self.report(what, got, wanted),
        }
    }

    fn known(&mut self, got: &Figure, wanted: &Figure) {
        self.real("value", got.value, wanted.value);
        self.equal("n", &got.n, &wanted.n);
        self.equal("k", &got.k, &wanted.k);
        for statistic in [Statistic::P50, Statistic::P75, Statistic::P90, Statistic::Mean, Statistic::KaplanMeierP50] {
            self.real(statistic.as_str(), got.statistic(statistic), wanted.statistic(statistic));
        }
        self.interval(got.ci95, wanted.ci95);
        self.equal("band", &got.band, &wanted.band);
        match (&got.details, &wanted.details) {
            (Details::Frequency(got), Details::Frequency(wanted)) => {
                self.equal("days", &got.days, &wanted.days);
                self.equal("days_with_deployments", &got.days_with_deployments, &wanted.days_with_deployments);
                let second = 1.0 / 86_400.0;
                self.near("median_days_between", got.median_days_between, wanted.median_days_between, second);
            }
            (Details::LeadTime(got), Details::LeadTime(wanted)) => self.lead_time(got, wanted),
            (Details::Failures(got), Details::Failures(wanted)) => {
                let mut by_rule = got.clone();
                by_rule.retain(|_, n| *n > 0);
                self.equal("by_rule", &by_rule, wanted);
            }
            (Details::Rework(got), Details::Rework(wanted)) => {
                let mut by_rule = got.clone();
                by_rule.retain(|_, n| *n > 0);
                self.equal("by_rule", &by_rule, wanted);
            }
            (Details::Restore(got), Details::Restore(wanted)) => {
                self.equal("opened", &got.opened, &wanted.opened);
                self.equal("open", &got.open, &wanted.open);
                self.real("km_beyond", got.km_beyond, wanted.km_beyond);
            }
            (got, wanted) => self.report("details", got, wanted),
        }
    }

    fn group(&mut self, group: &GroupReport, period: &Period, previous: Option<&Period>, world: &World) {
        let days = world.days(period);
        self.equal("days", &group.daily.iter().map(|row| row.date).collect::<Vec<_>>(), &days);
        for (row, day) in group.daily.iter().zip(days) {
            self.within(&day.to_string(), |found| found.daily(row, &group.group, world));
        }
        for (metric, figure) in group.figures.iter() {
            let name = metric.as_str();
            self.figure(name, figure, &world.figure(metric, &group.group, period));
            match (&figure.previous, previous) {
                (Some(before), Some(period)) => {
                    let wanted = world.figure(metric, &group.group, period);
                    self.within("previous", |found| found.figure(name, before, &wanted));
                }
                (before, period) => self.equal("has a previous period", &before.is_some(), &period.is_some()),
            }
        }
        for (first, wanted) in world.months(&group.group, period) {
            let month = group.months.iter().find(|month| month.from == first);
            match month {
                Some(month) => self.figure(&format!("month {first}"), &month.figure, &wanted),
                None => self.report("month", &"none", &first),
            }
        }
        if group.figures[Metric::TimeToRestore].missing.is_none() {
            let curve = world.survival(&group.group, period);
            self.equal("has a survival curve", &group.survival.is_empty(), &curve.is_empty());
            for (time, left) in curve {
                let step = group.survival.iter().rev().find(|step| step.seconds <= time as f64);
                self.real(
                    &format!("survival at {time}"),
                    step.map(|step| step.unresolved),
                    Some(*left.numer() as f64 / *left.denom() as f64),
                );
            }
        }
    }

    /// The row of a day: the figures of its window.
    fn daily(&mut self, got: &DailyRow, group: &Group, world: &World) {
        // Every column by name, so that a new one is not forgotten here.
        let DailyRow {
            change_failure_rate,
            change_failure_rate_band,
            date,
            deployment_frequency_band,
            deployments,
            deployments_on_day,
            deployments_per_day,
            failed_deployments,
            incidents_open,
            incidents_opened,
            incidents_resolved,
            lead_time_band,
            lead_time_n,
            lead_time_p50,
            lead_time_p90,
            partial,
            recovery_time_p50,
            rework_deployments,
            rework_rate,
            time_to_restore_band,
            time_to_restore_p50,
            time_to_restore_p90,
            window_complete,
        } = got;
        let of = |metric| world.rolling(metric, group, *date).ok();
        let n = |figure: &Option<Figure>| figure.as_ref().map(|it| it.n);
        let k = |figure: &Option<Figure>| figure.as_ref().and_then(|it| it.k);
        let value = |figure: &Option<Figure>| figure.as_ref().and_then(|it| it.value);
        let p90 = |figure: &Option<Figure>| figure.as_ref().and_then(|it| it.quantiles).map(|it| it.p90);
        let band = |figure: &Option<Figure>| figure.as_ref().and_then(|it| it.band.band);
        let frequency = of(Metric::DeploymentFrequency);
        self.equal("partial", partial, &world.is_partial(*date));
        self.equal("window_complete", window_complete, &frequency.is_some());
        self.count("deployments_on_day", *deployments_on_day, world.on_day(group, *date));
        self.count("deployments", *deployments, n(&frequency));
        self.real("deployments_per_day", *deployments_per_day, value(&frequency));
        self.equal("deployment_frequency_band", deployment_frequency_band, &band(&frequency));
        let lead_time = of(Metric::LeadTime);
        self.real("lead_time_p50", *lead_time_p50, value(&lead_time));
        self.real("lead_time_p90", *lead_time_p90, p90(&lead_time));
        self.count("lead_time_n", *lead_time_n, n(&lead_time));
        self.equal("lead_time_band", lead_time_band, &band(&lead_time));
        let failures = of(Metric::ChangeFailureRate);
        self.count("failed_deployments", *failed_deployments, k(&failures));
        self.real("change_failure_rate", *change_failure_rate, value(&failures));
        self.equal("change_failure_rate_band", change_failure_rate_band, &band(&failures));
        let restore = of(Metric::TimeToRestore);
        let opened_and_open = restore.as_ref().and_then(|figure| match figure.details {
            Details::Restore(details) => Some((details.opened, details.open)),
            _ => None,
        });
        self.count("incidents_opened", *incidents_opened, opened_and_open.map(|(opened, _)| opened));
        self.count("incidents_resolved", *incidents_resolved, n(&restore));
        self.count("incidents_open", *incidents_open, opened_and_open.map(|(_, open)| open));
        self.real("time_to_restore_p50", *time_to_restore_p50, value(&restore));
        self.real("time_to_restore_p90", *time_to_restore_p90, p90(&restore));
        self.equal("time_to_restore_band", time_to_restore_band, &band(&restore));
        self.real("recovery_time_p50", *recovery_time_p50, value(&of(Metric::RecoveryTime)));
        let rework = of(Metric::ReworkRate);
        self.count("rework_deployments", *rework_deployments, k(&rework));
        self.real("rework_rate", *rework_rate, value(&rework));
    }

    fn lead_time(&mut self, got: &LeadTimeDetails, wanted: &LeadTimeDetails) {
        self.durations("coding", got.stages.coding, wanted.stages.coding);
        self.durations("pickup", got.stages.pickup, wanted.stages.pickup);
        self.durations("review", got.stages.review, wanted.stages.review);
        self.durations("deploy", got.stages.deploy, wanted.stages.deploy);
        self.equal("variants", &got.variants.len(), &wanted.variants.len());
        for (got, wanted) in got.variants.iter().zip(&wanted.variants) {
            self.equal("variant", &(got.variant, got.n, got.negative), &(wanted.variant, wanted.n, wanted.negative));
            self.real(wanted.variant.as_str(), got.p50, wanted.p50);
        }
        let mut reasons = got.reasons.clone();
        reasons.retain(|_, n| *n > 0);
        self.equal("reasons", &reasons, &wanted.reasons);
    }

    fn durations(&mut self, what: &str, got: Option<Durations>, wanted: Option<Durations>) {
        self.within(what, |found| {
            found.equal("n", &got.map(|all| all.n), &wanted.map(|all| all.n));
            found.real("p50", got.map(|all| all.p50), wanted.map(|all| all.p50));
            found.real("p75", got.map(|all| all.p75), wanted.map(|all| all.p75));
            found.real("p90", got.map(|all| all.p90), wanted.map(|all| all.p90));
            found.real("mean", got.map(|all| all.mean), wanted.map(|all| all.mean));
            found.interval(got.and_then(|all| all.ci95), wanted.and_then(|all| all.ci95));
        });
    }

    fn deployments(&mut self, got: &DeploymentRecords, wanted: &[ExpectedDeployment]) {
        let keys: Vec<_> = wanted.iter().map(|row| (row.event.source.clone(), row.event.id.clone())).collect();
        let listed: Vec<_> = got.iter().map(|row| (row.event.source.into_owned(), row.event.id.into_owned())).collect();
        if listed != keys {
            return self.report("deployments", &listed, &keys);
        }
        for (got, wanted) in got.iter().zip(wanted) {
            self.within(&format!("deployment {} {}", got.event.source, got.event.id), |found| {
                found.deployment(&got, wanted);
            });
        }
    }

    fn deployment(&mut self, got: &DeploymentRecord<'_>, expected: &ExpectedDeployment) {
        let wanted = &expected.record;
        self.equal("event", &got.event, &DeploymentEvent::from(&expected.event));
        self.equal("in_period", &got.in_period, &wanted.in_period);
        match got.left_out {
            Some(cause) if expected.causes.contains(&cause) => {}
            None if expected.causes.is_empty() => {}
            cause => self.report("left_out", &cause, &expected.causes),
        }
        // An attempt outside production belongs to no service; naming one that has its repo is as good.
        let of_repo =
            wanted.service.is_none() && got.service.as_deref().is_some_and(|name| expected.of_repo.contains(name));
        if !of_repo {
            self.equal("service", &got.service, &wanted.service);
            self.equal("team", &got.team, &wanted.team);
        }
        self.equal("kind", &got.kind, &wanted.kind);
        self.equal("lead_time", &got.lead_time, &wanted.lead_time);
        self.equal("lead_time_reason", &got.lead_time_reason, &wanted.lead_time_reason);
        self.equal("stages", &got.stages, &wanted.stages);
        self.equal("failed", &got.failed, &wanted.failed);
        self.equal("failed_by", &causes(&got.failed_by), &causes(&wanted.failed_by));
        self.equal("failed_rules", &got.failed_rules, &wanted.failed_rules);
        self.equal("rework", &got.rework, &wanted.rework);
        self.equal("rework_rules", &got.rework_rules, &wanted.rework_rules);
    }

    fn incidents(&mut self, got: &[IncidentRecord<'_>], wanted: &[IncidentRecord<'_>]) {
        let key = |row: &IncidentRecord<'_>| (row.event.source.to_string(), row.event.id.to_string());
        let keys: Vec<_> = wanted.iter().map(key).collect();
        let listed: Vec<_> = got.iter().map(key).collect();
        if listed != keys {
            return self.report("incidents", &listed, &keys);
        }
        for (got, wanted) in got.iter().zip(wanted) {
            self.within(&format!("incident {} {}", got.event.source, got.event.id), |found| {
                found.incident(got, wanted);
            });
        }
    }

    fn incident(&mut self, got: &IncidentRecord<'_>, wanted: &IncidentRecord<'_>) {
        let mut event = got.event.clone();
        if wanted.reason == Some(Reason::Merged) {
            event.status.clone_from(&wanted.event.status);
        }
        self.equal("event", &event, &wanted.event);
        self.equal("services", &got.services, &wanted.services);
        self.equal("teams", &got.teams, &wanted.teams);
        self.equal("over", &got.is_over_without_an_end, &wanted.is_over_without_an_end);
        self.equal("counted", &got.counted, &wanted.counted);
        self.equal("reason", &got.reason, &wanted.reason);
        if wanted.counted || got.time_to_restore.is_some() {
            self.equal("time_to_restore", &got.time_to_restore, &wanted.time_to_restore);
        }
        self.equal("link", &got.link, &wanted.link);
    }
}

fn missing(reason: &NoData) -> Missing {
    let lower = |names: &[String]| sorted(&names.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>());
    match reason {
        NoData::NotYet => Missing::NotYet,
        NoData::NoRepos => Missing::NoRepos,
        NoData::DeploymentsNotRead { repos, .. } => Missing::Repos(lower(repos)),
        NoData::NothingCounted => Missing::NothingCounted,
        NoData::IncidentsUnmapped => Missing::IncidentsUnmapped,
        NoData::NoIncidentSource => Missing::NoSource,
        NoData::IncidentsNotRead { sources, .. } => Missing::Sources(lower(sources)),
    }
}

fn causes(all: &[Cause]) -> Vec<String> {
    sorted(&all.iter().map(|cause| format!("{cause:?}")).collect::<Vec<_>>())
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    names
}
