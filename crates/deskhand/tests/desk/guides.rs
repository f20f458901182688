//! What the guides print works when it is copied.

use std::path::Path;
use std::process::Command;

const SERVE: &str = include_str!("../../../../docs/guides/serve.md");
const DESK_FILES: &str = include_str!("../../../../docs/reference/desk-files.md");

/// The TOML of a guide, as it is printed.
fn blocks(guide: &str) -> Vec<&str> {
    let begun = guide.split("```toml\n").skip(1);
    begun.map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The block that begins with the name of its file.
fn named<'a>(blocks: &[&'a str], name: &str) -> &'a str {
    let head = format!("# {name}\n");
    blocks.iter().find(|block| block.starts_with(&head)).unwrap()
}

/// Applies a folder on a machine where nothing is set up but the configuration.
fn applied(home: &Path) -> String {
    let configuration = home.join(".config/deskhand/deskhand.toml");
    std::fs::create_dir_all(configuration.parent().unwrap()).unwrap();
    std::fs::write(configuration, named(&blocks(SERVE), "deskhand.toml")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_deskhand"))
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .args(["apply", "-f", "desk/"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_first_desk_of_the_guide_can_be_applied_as_it_is_printed() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("desk/desk.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, named(&blocks(SERVE), "desk/desk.toml")).unwrap();
    let said = applied(home.path());
    for words in [
        "site `Main` created",
        "connection `acme` created",
        "ingestion `Tickets`",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn the_examples_of_every_table_make_a_desk_together() {
    let home = tempfile::tempdir().unwrap();
    let desk = home.path().join("desk");
    std::fs::create_dir_all(&desk).unwrap();
    let blocks = blocks(DESK_FILES);
    for (number, block) in blocks.iter().enumerate() {
        std::fs::write(desk.join(format!("{number}.toml")), block).unwrap();
    }
    let said = applied(home.path());
    for kind in [
        "site",
        "user",
        "connection",
        "source",
        "ingestion",
        "schedule",
        "rule",
        "playbook",
    ] {
        assert!(said.contains(&format!("{kind} `")), "{kind}: {said}");
    }
}
