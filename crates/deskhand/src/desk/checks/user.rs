//! Users: where their letters go.

use deskhand_engine::connections::User;
use deskhand_engine::mail::is_address;

use super::check::Wrong;

pub(super) fn wrong(user: &User) -> Vec<Wrong> {
    let mail = user.mail.iter().filter(|mail| !is_address(mail));
    mail.map(|mail| Wrong::at(&["mail"], no_address(mail))).collect()
}

/// That letters cannot be sent there.
pub(super) fn no_address(text: &str) -> String {
    format!("`{text}` is no mail address; write it as `name@example.com`")
}
