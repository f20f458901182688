//! The members of references and of custom fields' values, by the vendor's description.

use super::Form;
use super::shape::Form::{Any, Decimal, Flag, Text, Whole};

/// What an object inside another one can have, beside what all references have.
pub(super) type Known = &'static [(&'static str, Form)];

/// Members of every reference.
const EVERY: Known = &[("id", Whole), ("name", Text(0)), ("_info", Any)];

/// Members of a custom field's value.
const FIELD: Known = &[
    ("id", Whole),
    ("caption", Text(0)),
    ("type", Any),
    ("entryMethod", Any),
    ("numberOfDecimals", Whole),
    ("value", Any),
    ("connectWiseId", Text(0)),
    ("rowNum", Whole),
    ("userDefinedFieldRecId", Whole),
    ("podId", Text(0)),
];

const CURRENCY: Known = &[
    ("symbol", Text(0)),
    ("currencyCode", Text(0)),
    ("decimalSeparator", Text(0)),
    ("numberOfDecimals", Whole),
    ("thousandsSeparator", Text(0)),
    ("negativeParenthesesFlag", Flag),
    ("displaySymbolFlag", Flag),
    ("currencyIdentifier", Text(0)),
    ("displayIdFlag", Flag),
    ("rightAlign", Flag),
];

/// A member of a type of object by its name in any case: its name in the vendor's spelling, and what it holds.
pub(super) fn known(of: &str, name: &str) -> Option<(&'static str, Form)> {
    let lists: [Known; 2] = match of {
        "CustomFieldValue" => [FIELD, &[]],
        _ => [EVERY, own(of)],
    };
    let mut members = lists.into_iter().flatten().copied();
    members.find(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// What one type of reference has and not all of them.
fn own(of: &str) -> Known {
    match of {
        "CompanyReference" | "CountryReference" | "SystemDepartmentReference" => &[("identifier", Text(0))],
        "MemberReference" => &[("identifier", Text(0)), ("dailyCapacity", Decimal)],
        "ServiceStatusReference" => &[("sort", Whole)],
        "PriorityReference" => &[("sort", Whole), ("level", Text(0))],
        "WorkTypeReference" => &[("utilizationFlag", Flag)],
        "AgreementReference" => &[("type", Text(0)), ("chargeFirmFlag", Flag)],
        "CurrencyReference" => CURRENCY,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_what_all_have_and_its_own() {
        assert_eq!(known("BoardReference", "NAME"), Some(("name", Text(0))));
        assert_eq!(known("BoardReference", "identifier"), None);
        assert_eq!(
            known("MemberReference", "dailycapacity"),
            Some(("dailyCapacity", Decimal))
        );
        assert_eq!(known("CustomFieldValue", "podId"), Some(("podId", Text(0))));
        assert_eq!(known("CustomFieldValue", "name"), None);
    }
}
