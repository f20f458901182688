//! The playbooks of `examples/playbooks`, held against the commands that there are.

use deskhand_engine::playbooks::{Known, read};

#[test]
fn every_example_is_accepted_with_the_real_commands() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/playbooks");
    let mut read_files = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let known = Known::commands(deskhand_connectwise::declarations());
        if let Err(problems) = read(&text, &known) {
            panic!("{}: {problems:#?}", path.display());
        }
        read_files += 1;
    }
    assert_eq!(read_files, 5);
}

#[test]
fn every_example_does_on_a_sandbox_what_is_expected_of_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/playbook-tests");
    let files = std::fs::read_dir(folder).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 6);
    let mut test = std::process::Command::new(env!("CARGO_BIN_EXE_deskhand"));
    let output = test
        .args(["playbook", "test", "--steps"])
        .args(&files)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
