//! Merging tickets: lost, each child says which parent it was merged into.

use connectwise_psa::records::RawRecord;
use connectwise_psa::{Answer, Condition, Error, ListRequest, Request, merge_tickets};
use deskhand_command::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use super::write::{Verdict, Write};
use crate::commands::Run;
use crate::commands::rights::{EDIT_MERGING, EDIT_TICKETS, INQUIRE_MERGING};

pub(crate) struct MergeTickets {
    pub(crate) parent: i64,
    pub(crate) children: Vec<i64>,
    pub(crate) status: i64,
}

impl Write for MergeTickets {
    fn step(&self) -> String {
        format!("merge into ticket {}", self.parent)
    }

    fn request(&self) -> Request {
        merge_tickets(self.parent, &self.children, self.status)
    }

    /// The tickets are read first.
    fn rights(&self) -> Vec<&'static str> {
        vec![INQUIRE_MERGING, EDIT_MERGING, EDIT_TICKETS]
    }

    fn record_path(&self, _record: Option<i64>) -> Option<String> {
        Some(format!("service/tickets/{}", self.parent))
    }

    fn confirm<'a>(&'a self, run: &'a Run<'a>, _answer: &'a Answer) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(async move {
            let verdict = self.now(run).await?;
            Ok(match verdict {
                Verdict::NotDone => Verdict::Differs("none of the tickets was merged".to_owned()),
                Verdict::Partly(_) => Verdict::Differs("some of the tickets were not merged".to_owned()),
                verdict => verdict,
            })
        })
    }

    fn look<'a>(&'a self, run: &'a Run<'a>, _sent_at: Timestamp) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(self.now(run))
    }
}

impl MergeTickets {
    async fn now(&self, run: &Run<'_>) -> Result<Verdict, Error> {
        let mut children = Vec::new();
        for some in self.children.chunks(100) {
            let list = ListRequest::new("service/tickets")
                .conditions(Condition::one_of("id", some.iter().copied()))
                .page_size(1000);
            children.extend(run.client.list(&list).await?.records);
        }
        let parents: Vec<_> = self
            .children
            .iter()
            .map(|child| (*child, parent_of(&children, *child)))
            .collect();
        let verdict = judge(self.parent, &parents, |rest| {
            merge_tickets(self.parent, rest, self.status)
        });
        if !matches!(verdict, Verdict::Done(_)) {
            return Ok(verdict);
        }
        let parent = run.client.get(format!("service/tickets/{}", self.parent)).await?;
        Ok(Verdict::Done(Some(parent)))
    }
}

/// The ticket that a ticket was merged into.
pub(crate) fn merged_into(ticket: &Value) -> Option<i64> {
    ticket.pointer("/mergedParentTicket/id")?.as_i64()
}

fn parent_of(tickets: &[RawRecord], child: i64) -> Option<i64> {
    let ticket = tickets.iter().find(|ticket| ticket.id == Some(child))?;
    merged_into(&serde_json::from_slice(&ticket.json).ok()?)
}

/// A child that is elsewhere was merged by somebody else; the others are sent again if they are nowhere.
fn judge(parent: i64, parents: &[(i64, Option<i64>)], request: impl Fn(&[i64]) -> Request) -> Verdict {
    let elsewhere = parents.iter().find(|(_, of)| of.is_some_and(|of| of != parent));
    if let Some((child, Some(of))) = elsewhere {
        return Verdict::Unknown(format!("ticket {child} was merged into ticket {of}, by somebody else"));
    }
    let rest: Vec<_> = parents
        .iter()
        .filter(|(_, of)| of.is_none())
        .map(|(child, _)| *child)
        .collect();
    if rest.is_empty() {
        Verdict::Done(None)
    } else if rest.len() == parents.len() {
        Verdict::NotDone
    } else {
        Verdict::Partly(request(&rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_child_says_where_it_is() {
        let verdict = |parents: &[(i64, Option<i64>)]| judge(1, parents, |rest| merge_tickets(1, rest, 9));
        assert_eq!(verdict(&[(2, Some(1)), (3, Some(1))]), Verdict::Done(None));
        assert_eq!(verdict(&[(2, None), (3, None)]), Verdict::NotDone);
        assert_eq!(
            verdict(&[(2, Some(1)), (3, None)]),
            Verdict::Partly(merge_tickets(1, &[3], 9))
        );
        assert!(matches!(verdict(&[(2, Some(8)), (3, None)]), Verdict::Unknown(_)));
    }
}
