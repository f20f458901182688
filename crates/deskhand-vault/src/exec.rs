//! A program that prints a secret: `pass`, `gopass`, `op`, or one of one's own.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use deskhand_command::BoxFuture;
use deskhand_engine::vaults::{Vault, VaultError};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

/// A program as a vault: the first line that it prints is the secret.
pub struct ExecVault {
    program: String,
    arguments: Vec<String>,
    timeout: Duration,
}

const PATH: &str = "{path}";
const FIELD: &str = "{field}";

/// As much as is read of what a program prints.
const LARGEST: u64 = 64 << 10;
/// As much as is shown of what it complains.
const SHOWN: usize = 300;

impl ExecVault {
    /// The program and its arguments, of which `{path}` and `{field}` are replaced where they are a whole argument. No shell
    /// is in between.
    pub fn new(argv: &[String], timeout: Duration) -> Result<Self, String> {
        let Some((program, arguments)) = argv.split_first() else {
            return Err("name the program, and its arguments with `{path}` among them".to_owned());
        };
        if !arguments.iter().any(|argument| argument == PATH) {
            return Err("one of the program's arguments has to be `{path}`, and nothing but that".to_owned());
        }
        Ok(Self {
            program: program.clone(),
            arguments: arguments.to_vec(),
            timeout,
        })
    }

    fn command(&self, path: &str, field: Option<&str>) -> Result<Command, VaultError> {
        for given in [Some(path), field].into_iter().flatten() {
            if given.is_empty() || given.starts_with('-') || given.contains('\0') {
                return Err(VaultError::refused(
                    format!("`{given}` cannot be given to a program: it is empty, or looks like an option"),
                    "check the reference to the secret",
                ));
            }
        }
        let takes_field = self.arguments.iter().any(|argument| argument == FIELD);
        if takes_field != field.is_some() {
            return Err(VaultError::refused(
                if takes_field {
                    "it needs a field"
                } else {
                    "it takes no field"
                },
                "give `field` exactly when `{field}` is among the program's arguments",
            ));
        }
        let mut command = Command::new(&self.program);
        command.args(self.arguments.iter().map(|argument| match argument.as_str() {
            PATH => path,
            FIELD => field.unwrap_or_default(),
            other => other,
        }));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.kill_on_drop(true);
        Ok(command)
    }

    async fn find(&self, path: &str, field: Option<&str>) -> Result<SecretString, VaultError> {
        let mut command = self.command(path, field)?;
        let program = &self.program;
        let mut child = command.spawn().map_err(|error| {
            VaultError::refused(
                format!("`{program}` cannot be started: {error}"),
                "see whether the program is installed where the desk runs, and may be run by it",
            )
        })?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let work = async { tokio::join!(read(stdout), read(stderr), child.wait()) };
        let Ok((printed, complained, ended)) = tokio::time::timeout(self.timeout, work).await else {
            return Err(VaultError::away(
                format!("`{program}` did not end within {} s", self.timeout.as_secs_f32()),
                "see whether the program waits for somebody to type, or allow it more time",
            ));
        };
        let ended = ended.map_err(|error| VaultError::away(format!("`{program}`: {error}"), "try again"))?;
        if !ended.success() {
            return Err(failed(program, ended, &complained));
        }
        let text = std::str::from_utf8(&printed);
        let line = text.ok().and_then(|text| text.lines().next()).unwrap_or_default();
        if line.is_empty() {
            return Err(VaultError::refused(
                format!("`{program}` printed no secret on its first line"),
                "see what the program prints for this path",
            ));
        }
        Ok(line.into())
    }
}

impl Vault for ExecVault {
    fn read<'a>(&'a self, path: &'a str, field: Option<&'a str>) -> BoxFuture<'a, Result<SecretString, VaultError>> {
        Box::pin(self.find(path, field))
    }
}

/// What comes, as far as it is of use; the rest is read as well, lest the program waits for a reader.
async fn read(from: Option<impl AsyncRead + Unpin>) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::new());
    if let Some(mut from) = from {
        let _what_came_before_is_kept = (&mut from).take(LARGEST).read_to_end(&mut bytes).await;
        let _it_ended_or_broke = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    }
    bytes
}

fn failed(program: &str, ended: ExitStatus, complained: &[u8]) -> VaultError {
    let complained = String::from_utf8_lossy(complained);
    let words = complained.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = words.chars().take(SHOWN).collect();
    let said = if shown.is_empty() {
        "it said nothing".to_owned()
    } else {
        shown
    };
    let how = ended
        .code()
        .map_or_else(|| ended.to_string(), |code| format!("exit code {code}"));
    VaultError::refused(
        format!("`{program}` failed ({how}): {said}"),
        "run the program by hand, as the user that the desk runs as",
    )
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn vault(argv: &[&str]) -> ExecVault {
        let argv: Vec<String> = argv.iter().map(ToString::to_string).collect();
        ExecVault::new(&argv, Duration::from_secs(30)).unwrap()
    }

    fn shell(script: &str) -> ExecVault {
        vault(&["sh", "-c", script, "sh", PATH])
    }

    #[tokio::test]
    async fn the_first_line_is_the_secret_and_a_path_is_one_argument_whatever_is_in_it() {
        let read = shell("printf '%s\\nuser: x\\n' \"$1\"")
            .read("a b; $(id) 'c", None)
            .await;
        assert_eq!(read.unwrap().expose_secret(), "a b; $(id) 'c");
        let both = vault(&["sh", "-c", "echo $1/$2", "sh", PATH, FIELD]);
        assert_eq!(both.read("psa", Some("key")).await.unwrap().expose_secret(), "psa/key");
    }

    #[tokio::test]
    async fn a_program_that_fails_says_what_it_said() {
        let error = shell("echo secret; echo 'no such\nentry' >&2; exit 3")
            .read("psa", None)
            .await
            .unwrap_err();
        assert_eq!(error.message, "`sh` failed (exit code 3): no such entry");
        let nothing = shell("true").read("psa", None).await.unwrap_err();
        assert!(nothing.message.contains("printed no secret"));
        let killed = shell("kill -9 $$").read("psa", None).await.unwrap_err();
        assert!(killed.message.contains("signal"), "{}", killed.message);
        let missing = vault(&["no-such-program-here", PATH])
            .read("psa", None)
            .await
            .unwrap_err();
        assert!(missing.message.contains("cannot be started"));
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_ended() {
        let hangs = ExecVault {
            timeout: Duration::from_millis(50),
            ..vault(&["sleep", "1000", PATH])
        };
        let hangs = ExecVault {
            arguments: vec!["-c".to_owned(), "sleep 1000".to_owned(), PATH.to_owned()],
            program: "sh".to_owned(),
            ..hangs
        };
        let error = hangs.read("psa", None).await.unwrap_err();
        assert!(error.message.contains("did not end within 0.05 s"), "{}", error.message);
        assert_eq!(error.retry, deskhand_command::Retry::Away);
    }

    #[tokio::test]
    async fn a_program_that_prints_without_end_of_use_is_borne() {
        let read = shell("echo key; seq 100000; seq 100000 >&2").read("psa", None).await;
        assert_eq!(read.unwrap().expose_secret(), "key");
    }

    #[tokio::test]
    async fn what_looks_like_an_option_and_a_field_without_a_place_are_refused() {
        for path in ["--help", "-x", "", "a\0b"] {
            assert!(shell("echo x").read(path, None).await.is_err(), "{path:?}");
        }
        assert!(
            shell("echo x")
                .read("a", Some("b"))
                .await
                .unwrap_err()
                .message
                .contains("takes no field")
        );
        let both = vault(&["echo", PATH, FIELD]);
        assert!(
            both.read("a", None)
                .await
                .unwrap_err()
                .message
                .contains("needs a field")
        );
    }

    #[test]
    fn a_program_without_a_place_for_the_path_is_refused() {
        for argv in [&["pass"][..], &["pass", "show", "psa/{path}"], &[]] {
            let argv: Vec<String> = argv.iter().map(ToString::to_string).collect();
            assert!(ExecVault::new(&argv, Duration::from_secs(1)).is_err());
        }
    }
}
