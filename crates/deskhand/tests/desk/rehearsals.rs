//! `deskhand playbook test` and `check`: files that say what cannot be.

use super::stage::Stage;

const ASKS: &str = "[playbook]\nname = \"Ask\"\n[[input]]\nname = \"days\"\nkind = \"number\"\ndefault = 1\n\
                    [[step]]\nname = \"Ask\"\napproval = \"Go on?\"\n";

const ON_EVENT: &str = "[playbook]\nname = \"On event\"\n[[trigger]]\nevent = {}\n\
                        [[step]]\nname = \"Look\"\nformat = { id = \"{{ event.id }}\" }\n";

const NEW_TICKET: &str = "[[change]]\ncommand = \"create-ticket\"\n\
                          inputs = { \"Summary\" = \"Mail is down\", \"Company ID\" = 19095 }\n";

/// The exit code of a rehearsal of a playbook, and all that was said.
async fn rehearsed(stage: &Stage, playbook: &str, expectations: &str) -> (i32, String) {
    stage.write("test/playbook.toml", playbook);
    let text = format!("playbooks = [\"playbook.toml\"]\n[sandbox]\ntickets = 5\n{expectations}");
    let path = stage.write("test/playbook.test.toml", &text);
    let ended = stage.deskhand("", &["playbook", "test", path.to_str().unwrap()]).await;
    (ended.code, ended.stdout + &ended.stderr)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_in_expectations_that_nothing_has_are_refused_with_the_nearest() {
    let stage = Stage::set(1).await;
    let wrong = "[start]\nby = \"hand\"\ninputs = { dyas = 5 }\n[[answer]]\nstep = \"Aks\"\nanswer = \"approved\"\n\
                 [[change]]\ncommand = \"creat-ticket\"\n[[change]]\ncommand = \"create-ticket\"\ninputs = { Sumary = \"x\" }\n\
                 [expect]\noutcome = \"succesful\"\nsteps = { \"Aks\" = \"successful\", \"Ask\" = \"succesful: aproved\" }\n";
    let (code, said) = rehearsed(&stage, ASKS, wrong).await;
    assert_eq!(code, 2, "{said}");
    for words in [
        "playbook.test.toml`: ",
        "[start]: the playbook has no input `dyas`; did you mean `days`?",
        "[[answer]]: there is no step that asks `Aks`; did you mean `Ask`?",
        "[[change]] number 1: there is no command `creat-ticket`; did you mean `create-ticket`?",
        "[[change]] number 2: `create-ticket` has no input `Sumary`; did you mean",
        "[expect]: there is no outcome `succesful`; did you mean `successful`?",
        "[expect]: there is no step `Aks`; did you mean `Ask`?",
        "[expect]: step `Ask`: there is no ending `succesful`; did you mean `successful`?",
        "[expect]: step `Ask`: there is no branch `aproved`; did you mean `approved`?",
        "\nhint: ",
    ] {
        assert!(said.contains(words), "{words}\nis not in\n{said}");
    }
    let right = "[start]\nby = \"hand\"\ninputs = { days = 5 }\n[[answer]]\nstep = \"Ask\"\nanswer = \"approved\"\n\
                 [expect]\noutcome = \"successful\"\nsteps = { \"Ask\" = \"successful: approved\" }\n";
    let (code, said) = rehearsed(&stage, ASKS, right).await;
    assert_eq!(code, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rehearsal_that_nothing_sets_off_says_so_and_ends() {
    let stage = Stage::set(1).await;
    let by = |by: &str, more: &str| format!("[start]\nby = \"{by}\"\n{more}[expect]\noutcome = \"successful\"\n");
    for (playbook, expectations, words) in [
        (ASKS, by("event", NEW_TICKET), "no event sets `Ask` off"),
        (ASKS, by("schedule", ""), "no schedule sets `Ask` off"),
        (ON_EVENT, by("event", ""), "nothing happens that could be an event"),
        (
            ON_EVENT,
            by("hand", ""),
            "`On event` needs `event`, which its step `Look` reads",
        ),
        (
            ON_EVENT,
            by("event", "inputs = { a = 1 }\n"),
            "`inputs` are given by hand only",
        ),
    ] {
        let (code, said) = rehearsed(&stage, playbook, &expectations).await;
        assert!(code == 2 && said.contains(words), "{words}: {code}: {said}");
    }
    let (code, said) = rehearsed(&stage, ON_EVENT, &by("event", NEW_TICKET)).await;
    assert_eq!(code, 0, "{said}");

    // What comes is not what the trigger is for: that is seen when it has come, and not after a week of minutes.
    let other = ON_EVENT.replace("event = {}", "event = { search = '{$.summary} = \"Another\"' }");
    let (code, said) = rehearsed(&stage, &other, &by("event", NEW_TICKET)).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("the outcome is none, not successful: what `[[change]]` did made no event"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rehearsal_that_does_not_end_says_what_it_waits_for() {
    let stage = Stage::set(1).await;
    let asks = ON_EVENT.replace("format = { id = \"{{ event.id }}\" }", "approval = \"{{ event.id }}?\"");
    let expectations = format!("[start]\nby = \"event\"\n{NEW_TICKET}[expect]\noutcome = \"successful\"\n");
    let (code, said) = rehearsed(&stage, &asks, &expectations).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("the run has not ended in the time that it had: it still waits for `Look`"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_speaks_of_checking() {
    let stage = Stage::set(1).await;
    let path = stage.write("one.toml", &ASKS.replace("approval", "aproval"));
    let ended = stage.deskhand("", &["playbook", "check", path.to_str().unwrap()]).await;
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains("did you mean `approval`?") && ended.stderr.contains("then check again"),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("apply"), "{}", ended.stderr);
}
