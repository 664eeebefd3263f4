//! What an evaluation may know beyond its expression and focus.
//!
//! Everything from outside the resource comes through here: the moment, other resources, value sets, profiles,
//! variables. Nothing is looked up anywhere else.

use super::item::{Item, Items};
use crate::json::Value;

/// Finds the resource a reference text points to.
pub type Resolve<'a> = dyn Fn(&str) -> Option<Item<'a>> + 'a;
/// Says whether an item belongs to a value set or keeps a profile, by its address; `None`: unknown address.
pub type MemberOf<'a> = dyn Fn(&Item<'a>, &str) -> Option<bool> + 'a;
/// Takes what `trace` shows: its name and the items.
pub type Trace<'a> = dyn Fn(&str, &[Item<'a>]) + 'a;

/// The present moment and the zone it is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub milliseconds: i64,
    /// Minutes east of UTC.
    pub zone: i16,
}

/// The surroundings of an evaluation.
#[derive(Default, Clone)]
pub struct Context<'a> {
    /// `%resource`: the resource the focus stands in.
    pub resource: Option<Item<'a>>,
    /// `%rootResource`: the container of a contained resource; `%resource` if not given.
    pub root_resource: Option<Item<'a>>,
    /// What `now()`, `today()` and `timeOfDay()` answer; without it they are errors.
    pub moment: Option<Moment>,
    /// Finds referenced resources. Without it `resolve()` answers contained resources and, for others, a stand-in that
    /// knows its type only.
    pub resolve: Option<&'a Resolve<'a>>,
    /// Answers `memberOf(valueSet)`.
    pub member_of: Option<&'a MemberOf<'a>>,
    /// Answers `conformsTo(profile)`; without it only the profiles of plain types are known.
    pub conforms_to: Option<&'a MemberOf<'a>>,
    /// Sees what `trace()` shows.
    pub trace: Option<&'a Trace<'a>>,
    /// Further `%variables` by name.
    pub variables: Vec<(&'a str, Items<'a>)>,
}

impl<'a> Context<'a> {
    /// The context of a resource by itself.
    pub fn of(root: Value<'a>) -> Context<'a> {
        Context { resource: Item::resource(root), ..Context::default() }
    }
}
