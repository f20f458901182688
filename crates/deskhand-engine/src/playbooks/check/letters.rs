//! Addresses of letters.

use serde_json::Value;

use crate::mail::is_address;
use crate::playbooks::Does;
use crate::playbooks::file::{Draft, Notes};
use crate::playbooks::values::has_template;

/// Notes what is written out as an address and is none.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft) {
    for (at, step) in draft.steps.iter().enumerate() {
        let (place, addresses): (&[&str], Vec<&Value>) = match &step.does {
            Some(Does::Approval { notify, .. }) => (&["notify"], notify.iter().collect()),
            Some(Does::Mail { to, .. }) => match to {
                Value::Array(several) => (&["mail", "to"], several.iter().collect()),
                one => (&["mail", "to"], vec![one]),
            },
            _ => continue,
        };
        for (number, address) in addresses.into_iter().filter_map(Value::as_str).enumerate() {
            if has_template(address) || is_address(address) {
                continue;
            }
            let number = number.to_string();
            let place = [place, &[number.as_str()]].concat();
            notes
                .add_step((at, &step.name), &place, format!("`{address}` is no mail address"))
                .hint("write it as `name@example.com`");
        }
    }
}
