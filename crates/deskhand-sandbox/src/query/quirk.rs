//! Conditions as a server with a fault understands them.

use super::{Condition, Literal, Operator};

/// Lets `>=` with a date hold for nothing, as one server was seen to do.
pub(crate) fn find_nothing_from_a_date_on(condition: &mut Condition) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter_mut().for_each(find_nothing_from_a_date_on),
        Condition::Compare {
            operator: Operator::GreaterOrEqual,
            values,
            ..
        } if matches!(values.first(), Some(Literal::Time(_))) => values.clear(),
        Condition::Compare { .. } => {}
    }
}
