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
