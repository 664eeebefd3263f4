//! K4, the timeline of a record: what happened, the newest first, by days. Filter and place stand in the address.
//!
//! A page asks each kind for its newest before a moment and shows the newest of all; the next page begins at the last one's
//! time. So a page costs the same in a record of twenty events and of twenty thousand.

pub mod view;
pub mod words;

use axum::body::Body;
use axum::http::Response;

use self::view::{Day, View};
use crate::web::ask::Ask;
use crate::web::chart::events::{At, KINDS, Kind};
use crate::web::chart::{self, Part, events};
use crate::web::error::Trouble;
use crate::web::shell::show;

/// Events on a page.
const EVENTS_MAX: usize = 40;

/// `GET /patients/{id}/timeline`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let only = KINDS.iter().find(|kind| kind.code == ask.get("kind"));
    let kinds: Vec<&'static Kind> = only.map_or_else(|| KINDS.iter().collect(), |kind| vec![kind]);
    let before = ask.get("before").parse::<i64>().ok();
    let wanted = kinds.iter().map(|kind| kind.wanted(before, EVENTS_MAX + 1)).collect();
    let mut opened = chart::open(&ask, wanted).await?;
    let (mut all, mut partly, mut failed) = (Vec::new(), false, false);
    for kind in &kinds {
        match opened.take() {
            Part::There(found) => all.extend(events::events(kind, &found, &opened.names, ask.moment, ask.language)),
            Part::NoAccess => partly = true,
            Part::Failed => failed = true,
        }
    }
    // A contact that still goes on matches every moment after it began.
    all.retain(|(at, _)| before.is_none_or(|before| *at < before));
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let (shown, older) = first(all);
    let view = View {
        kind: only.map_or("", |kind| kind.code),
        days: days(shown),
        older,
        later: before.is_some(),
        partly,
        failed,
        banner: opened.banner,
    };
    Ok(show(view.shown(&ask.shell())))
}

/// The first of them, and the moment before which the next page looks. What happened in one moment stays together.
fn first(mut all: Vec<At>) -> (Vec<At>, Option<i64>) {
    let Some(last) = all.get(EVENTS_MAX - 1).map(|(at, _)| *at).filter(|_| all.len() > EVENTS_MAX) else {
        return (all, None);
    };
    all.retain(|(at, _)| *at >= last);
    (all, Some(last))
}

fn days(all: Vec<At>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for (_, event) in all {
        match days.last_mut() {
            Some(day) if day.date == event.day => day.events.push(event),
            _ => days.push(Day { date: event.day.clone(), events: vec![event] }),
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::parts::events::Event;

    fn at(moment: i64) -> At {
        let empty = String::new;
        (moment, Event { icon: "Vitals", time: empty(), day: empty(), title: empty(), text: empty(), warns: false })
    }

    #[test]
    fn a_page_has_a_number_of_events_and_splits_no_moment() {
        let few: Vec<At> = (0..EVENTS_MAX as i64).rev().map(at).collect();
        assert_eq!(first(few.clone()).1, None);
        let (shown, older) = first((0..EVENTS_MAX as i64 + 5).rev().map(at).collect());
        assert_eq!((shown.len(), older), (EVENTS_MAX, Some(5)));
        let (shown, older) = first(vec![at(7); EVENTS_MAX + 5]);
        assert_eq!((shown.len(), older), (EVENTS_MAX + 5, Some(7)));
    }
}
