//! Lists of runs.

use serde_json::json;

use super::sample::{new_run, object, over, run_of, time};
use super::{Desk, Outcome};
use crate::runs::{Cause, NewRun, Plan, RunFilter, RunOutcome, RunState};

pub(super) async fn lists_begin_with_the_newest(desk: &Desk) -> Outcome {
    over(desk, &new_run("a", 1), RunOutcome::Failed).await?;
    over(desk, &run_of("S", 2), RunOutcome::Successful).await?;
    let other = NewRun {
        plan: Plan::Check {
            connection: "main".to_owned(),
        },
        site: "Branch".to_owned(),
        ..new_run("c", 3)
    };
    desk.runs.start(&other).await?;
    let all = || RunFilter {
        limit: 10,
        ..RunFilter::default()
    };
    let found = async |filter: RunFilter| -> Result<Vec<String>, crate::StoreError> {
        let found = desk.runs.find_runs(&filter).await?;
        Ok(found.into_iter().map(|run| run.id).collect())
    };
    assert_eq!(found(all()).await?, ["c", "schedule:S@2", "a"]);
    assert_eq!(found(RunFilter { limit: 2, ..all() }).await?, ["c", "schedule:S@2"]);
    let (since, until) = (Some(time(2)), Some(time(3)));
    assert_eq!(found(RunFilter { since, ..all() }).await?, ["c", "schedule:S@2"]);
    assert_eq!(found(RunFilter { since, until, ..all() }).await?, ["schedule:S@2"]);
    let state = Some(RunState::Due);
    assert_eq!(found(RunFilter { state, ..all() }).await?, ["c"]);
    let outcome = Some(RunOutcome::Failed);
    assert_eq!(found(RunFilter { outcome, ..all() }).await?, ["a"]);
    let schedule = Some("S".to_owned());
    assert_eq!(found(RunFilter { schedule, ..all() }).await?, ["schedule:S@2"]);
    let playbook = Some("Toy".to_owned());
    assert_eq!(found(RunFilter { playbook, ..all() }).await?, ["schedule:S@2", "a"]);
    let playbook = Some("Other".to_owned());
    assert!(found(RunFilter { playbook, ..all() }).await?.is_empty());
    let at = |sites: &[&str]| RunFilter {
        sites: Some(sites.iter().map(|site| (*site).to_owned()).collect()),
        ..all()
    };
    assert_eq!(found(at(&["Main"])).await?, ["schedule:S@2", "a"]);
    assert_eq!(found(at(&["Branch", "Main"])).await?.len(), 3);
    assert!(found(at(&[])).await?.is_empty());
    Ok(())
}

pub(super) async fn every_plan_and_cause_comes_back(desk: &Desk) -> Outcome {
    let text = || "x \"é\"".to_owned();
    let plans = [
        Plan::Playbook {
            name: text(),
            version: 7,
        },
        Plan::Command {
            command: text(),
            connection: text(),
            inputs: object(json!({"IDs": [1, 2]})),
        },
        Plan::Ingest { job: text() },
        Plan::Check { connection: text() },
        Plan::Letter {
            to: vec![text(), text()],
            subject: text(),
            text: text(),
        },
    ];
    let causes = [
        Cause::Person { name: text() },
        Cause::Schedule {
            name: text(),
            due: time(9),
        },
        Cause::Event { id: 5 },
        Cause::Dismissal { id: 6, run: None },
        Cause::Dismissal {
            id: 6,
            run: Some(text()),
        },
        Cause::Failure { run: text() },
        Cause::Step {
            run: text(),
            step: text(),
            by: Some(text()),
            depth: 7,
        },
        Cause::Alert { about: text() },
    ];
    for (n, cause) in causes.into_iter().enumerate() {
        let run = NewRun {
            plan: plans[n % plans.len()].clone(),
            cause,
            site: text(),
            ..new_run(&format!("a/B[{n}]/c:d@e.f_g h"), 1)
        };
        desk.runs.start(&run).await?;
        let story = desk.runs.get_run(&run.id).await?.ok_or("it was started")?;
        assert_eq!((&story.summary.plan, &story.summary.cause), (&run.plan, &run.cause));
        assert_eq!((&story.summary.site, &story.given), (&run.site, &run.given));
        assert_eq!((story.summary.created_at, story.entries.len()), (time(1), 0));
        let claimed = super::sample::claim(desk, 1).await?;
        assert_eq!(claimed.run, run);
    }
    Ok(())
}
