//! Letters of health checks, through a real mail server. `cargo xtask test` starts one and runs this.

use std::path::{Path, PathBuf};

use deskhand_sandbox::Member;
use serde_json::Value;

use crate::place::{Place, asked_to_end, until};

/// Nobody else's letters go to this address.
const OURS: &str = "health@example.com";

/// The letters that arrived for us, in their order.
fn arrived(server: &Path) -> Vec<Value> {
    let files = std::fs::read_dir(server.join("letters")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort_by_key(|file| file.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap());
    let letters = files.iter().map(|file| read(file));
    letters.filter(|letter| letter["to"][0] == OURS).collect()
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// A desk with a health check every minute, and the mail server that its operator has configured.
async fn set(server: &Path) -> Place {
    let place = Place::set().await;
    let text = |name: &str| std::fs::read_to_string(place.folder.path().join(name)).unwrap();
    let check = format!("client_id = \"test\"\nhealth_check = {{ every_minutes = 1, mail_to = [\"{OURS}\"] }}");
    place.write("desk.toml", &text("desk.toml").replace("client_id = \"test\"", &check));
    let password = place.write("mail-password", "secret\n");
    let configuration = text("deskhand.toml");
    place.write(
        "deskhand.toml",
        &format!(
            "{configuration}[mail]\nhost = \"localhost\"\nport = {}\nsecurity = \"starttls\"\nuser = \"someone\"\n\
             password_file = \"{}\"\nca_certificate = \"{}\"\nfrom = \"Deskhand <deskhand@example.com>\"\n",
            read(&server.join("ports.json"))["starttls"],
            password.display(),
            server.join("ca.pem").display(),
        ),
    );
    place
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the mail server that `cargo xtask test` starts"]
async fn a_health_check_that_fails_and_then_works_is_two_letters_at_the_mail_server() {
    #[expect(clippy::disallowed_methods, reason = "xtask says where the server is")]
    let server = PathBuf::from(std::env::var("DESKHAND_TEST_SMTP").unwrap());
    let place = set(&server).await;
    place
        .sandbox
        .world()
        .set_member(Member::with_rights("public", "private", &[]));
    let child = place.serve().await;
    until("the letter of the failure", async || arrived(&server).len() == 1).await;
    let (_, listed, _) = place.run(&["connections", "list"]).await;
    assert!(listed.contains("failing"), "{listed}");

    place
        .sandbox
        .world()
        .set_member(Member::with_every_right("sandbox", "public", "private"));
    until("the letter of the recovery", async || arrived(&server).len() == 2).await;
    let (_, listed, _) = place.run(&["connections", "list"]).await;
    assert!(listed.contains("healthy"), "{listed}");
    let (code, said) = asked_to_end(child).await;
    assert_eq!(code, 0, "{said}");

    let letters = arrived(&server);
    assert_eq!(letters.len(), 2, "{letters:?}");
    for letter in &letters {
        assert_eq!((&letter["tls"], &letter["user"]), (&true.into(), &"someone".into()));
        assert_eq!(letter["from"], "deskhand@example.com");
    }
    let text = letters[0]["text"].as_str().unwrap();
    assert!(text.contains("Inquire"), "{text}");
    assert_eq!(letters[1]["subject"], "The connection \"acme\" works again");
}
