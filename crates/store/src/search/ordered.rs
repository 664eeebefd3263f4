//! The order of an answer that is sorted: by an index where one has the order, in memory where there are few matches.
//!
//! Promise: which way is taken is not to be seen in the answer; pages of one way go on from pages of another.
//! What it does not do: compare (`sort`), or walk (`walk`).

use std::ops::ControlFlow;

use akson_fhir::outcome::Issue;

use super::drive;
use super::expr::Expr;
use super::query::{Sort, SortKey};
use super::run::{Hit, Refusal, Run, Segment};
use super::sort::{Keyed, SORTED_MAX, before, compare, keyed, sort};
use super::walk::{Key, Order, Walk, Within};

/// How many rows of a driver are counted to choose between it and the order.
const SAMPLE_MAX: i64 = 400;
/// The same for who has few patients: the order would walk past everybody else's rows.
const SAMPLE_OF_FEW_MAX: i64 = 1_000;

fn too_many_to_sort() -> Refusal {
    let text = format!(
        "more than {SORTED_MAX} matches: they can be sorted by one date, text, number or _lastUpdated only; narrow the search or sort otherwise"
    );
    Refusal::Invalid(Issue::error("too-costly", "http._sort", text))
}

impl Run<'_> {
    pub(super) fn sorted(&self, segments: &[Segment<'_>], sorts: &[Sort]) -> Result<Vec<Hit>, Refusal> {
        if let ([segment], [sort]) = (segments, sorts)
            && let Some(order) = self.order(segment, sort)
        {
            // Without a key it stands among those sorted in memory.
            let missing_only = self
                .cursor
                .as_ref()
                .is_some_and(|cursor| cursor.segment == segment.number + 2 && cursor.key != Key::None);
            if missing_only || self.order_drives(segment)? {
                return self.by_order(segment, order);
            }
            return match self.gathered(segments, sorts)? {
                Some(hits) => Ok(hits),
                None => self.by_order(segment, order),
            };
        }
        if let ([shared, own], [sort]) = (segments, sorts)
            && shared.type_at == own.type_at
            && let Some(order) = self.order(own, sort)
        {
            return self.merged((shared, own), sorts, order);
        }
        self.gathered(segments, sorts)?.ok_or_else(too_many_to_sort)
    }

    /// One patient's own matches in the order of an index, and between them those shared with others, sorted in memory.
    fn merged<'q>(
        &self,
        (shared, own): (&Segment<'q>, &Segment<'q>),
        sorts: &[Sort],
        order: Order<'q>,
    ) -> Result<Vec<Hit>, Refusal> {
        let segments = std::slice::from_ref(shared);
        let shared_hits = self.gathered(segments, sorts)?.ok_or_else(too_many_to_sort)?;
        // Both go on from the same match of the page before, whichever of them it came from.
        let number = shared.number;
        let own = Segment { conditions: own.conditions.clone(), within: own.within.clone(), number, ..*own };
        let Order::By(parameter, _) = order else { return Ok(shared_hits) };
        let (mut hits, mut looked) = (Vec::new(), 0);
        let missing_only = self.cursor.as_ref().is_some_and(|cursor| cursor.segment == number + 2);
        let full = !missing_only && self.fill(&own, order, number, &mut looked, &mut hits)?;
        if !full && let Some(parameter) = self.walker.registry.find(own.type_name, &parameter.code) {
            let missing = Expr::Present(parameter.clone()).negated();
            let mut rest = own;
            rest.conditions.push(&missing);
            hits.extend(self.gathered(std::slice::from_ref(&rest), sorts)?.ok_or_else(too_many_to_sort)?);
        }
        let descending = sorts.first().is_some_and(|sort| sort.descending);
        hits.extend(shared_hits);
        hits.sort_by(|a, b| {
            // What has a value comes before what has none, which comes by place alone.
            let by_segment = a.segment.cmp(&b.segment);
            let by_value = compare(&a.key, &b.key).then(a.stored.place.cmp(&b.stored.place));
            let reversed = descending && a.key != Key::None;
            by_segment.then(if reversed { by_value.reverse() } else { by_value })
        });
        hits.truncate(self.query.count + 1);
        Ok(hits)
    }

    /// The order as a walk, if an index has it.
    pub(super) fn order<'q>(&self, segment: &Segment<'_>, sort: &'q Sort) -> Option<Order<'q>> {
        if !matches!(segment.within, Within::Anywhere | Within::Part(_)) {
            return None;
        }
        match &sort.key {
            SortKey::Updated if segment.within == Within::Anywhere => Some(Order::Updated(sort.descending)),
            SortKey::By(parameters) => {
                let parameter = parameters.get(segment.type_at).filter(|p| drive::ordered_by(p))?;
                let by_text = parameter.kind == akson_fhir::definition::SearchKind::String;
                (!by_text || segment.within == Within::Anywhere).then_some(Order::By(parameter, sort.descending))
            }
            _ => None,
        }
    }

    /// Whether the order drives rather than a condition: within a patient, or where the best condition is a common one.
    pub(super) fn order_drives(&self, segment: &Segment<'_>) -> Result<bool, Refusal> {
        if let Within::Part(_) = segment.within {
            return Ok(segment.type_name != "Patient");
        }
        let driver = drive::choose(&segment.conditions, Some(segment.type_name));
        let rank = driver.and_then(|at| drive::rank(segment.conditions[at], Some(segment.type_name)));
        let few = self.walker.few_patients(segment.type_name)?.is_some();
        let sample = if few { SAMPLE_OF_FEW_MAX } else { SAMPLE_MAX };
        match rank {
            Some(rank) if rank < 4 => Ok(false),
            // An order over everybody would walk past all that is not of the few.
            rank if !few && rank.is_none_or(|rank| rank >= drive::COMMON) => Ok(true),
            _ => {
                let mut count = 0;
                let walk = Walk { bodies: false, ..self.walk(segment, Order::Natural) };
                let _ = self.walker.walk(&walk, &mut |_| {
                    count += 1;
                    Ok(if count > sample { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
                })?;
                Ok(count > sample)
            }
        }
    }

    /// Matches in the order of an index, then those without a value.
    fn by_order<'q>(&self, segment: &Segment<'q>, order: Order<'q>) -> Result<Vec<Hit>, Refusal> {
        let mut hits = Vec::new();
        let mut looked = 0;
        let missing_number = segment.number + 2;
        let missing_only = self.cursor.as_ref().is_some_and(|cursor| cursor.segment == missing_number);
        if !missing_only && self.fill(segment, order.clone(), segment.number, &mut looked, &mut hits)? {
            return Ok(hits);
        }
        let Order::By(parameter, _) = order else { return Ok(hits) };
        let Some(parameter) = self.walker.registry.find(segment.type_name, &parameter.code) else { return Ok(hits) };
        let missing = Expr::Present(parameter.clone()).negated();
        let mut conditions = segment.conditions.clone();
        conditions.push(&missing);
        let rest = Segment { conditions, within: segment.within.clone(), number: missing_number, ..*segment };
        self.fill(&rest, Order::Natural, missing_number, &mut looked, &mut hits)?;
        Ok(hits)
    }

    /// All matches sorted in memory, from the last of the page before on; none if there are too many.
    fn gathered(&self, segments: &[Segment<'_>], sorts: &[Sort]) -> Result<Option<Vec<Hit>>, Refusal> {
        let mut all: Vec<(u16, Keyed)> = Vec::new();
        let mut too_many = false;
        let mut looked = 0;
        let indexing = self.walker.indexing();
        for segment in segments {
            let walk = self.walk(segment, Order::Natural);
            self.each(segment, &walk, &mut looked, &mut |found| {
                if all.len() >= SORTED_MAX {
                    too_many = true;
                    return Ok(ControlFlow::Break(()));
                }
                if let Some(stored) = found.stored {
                    all.push((segment.number, keyed(&indexing, sorts, segment.type_at, stored)?));
                }
                Ok(ControlFlow::Continue(()))
            })?;
            if too_many {
                return Ok(None);
            }
        }
        let mut matches: Vec<Keyed> = all.into_iter().map(|(_, keyed)| keyed).collect();
        sort(sorts, &mut matches);
        let from = self.cursor.as_ref().map_or(0, |cursor| before(sorts, &matches, cursor));
        let hits = matches.into_iter().skip(from).take(self.query.count + 1);
        Ok(Some(hits.map(|one| self.hit(segments, one)).collect()))
    }

    /// A sorted match, with what the walk by order would need to go on from it.
    fn hit(&self, segments: &[Segment<'_>], one: Keyed) -> Hit {
        let base = segments.iter().find(|segment| segment.type_at == one.type_at).map_or(0, |segment| segment.number);
        let has_value = one.keys.first().is_some_and(Option::is_some);
        let segment = if has_value { base } else { base + 2 };
        Hit { segment, key: one.keys.into_iter().next().flatten().unwrap_or_default(), stored: one.stored }
    }
}
