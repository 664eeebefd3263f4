//! SMART scopes: what an app or a system asks for and is granted, read into an algebra.
//!
//! Reads version 2 with search restrictions (`patient/Observation.rs?category=x|y`) and version 1
//! (`patient/Observation.read`). What can't be understood is not a scope: it is kept aside and never granted.
//! Meeting what is allowed only ever makes scopes narrower.
//! What it does not do: say which rows a scope shows (`access`).
//! Spec: <https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html>.

use std::fmt;

use akson_fhir::definition::Definitions;

use crate::query::{self, Pair};

/// Scopes in one request.
const SCOPES_MAX: usize = 200;
/// The letters of version 2, in their only order.
const LETTERS: &str = "cruds";

/// Whose right a scope of resources is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// The patient in the launch context.
    Patient,
    /// What the user may see.
    User,
    /// What the system was registered for.
    System,
}

/// What may be done to resources of a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rights {
    /// To make new ones.
    pub create: bool,
    /// To read one by its id, earlier versions included.
    pub read: bool,
    /// To write new versions.
    pub update: bool,
    /// To delete.
    pub delete: bool,
    /// To search.
    pub search: bool,
}

/// A scope of resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceScope {
    /// Whose right.
    pub level: Level,
    /// The type; none: every type.
    pub type_name: Option<&'static str>,
    /// What may be done.
    pub rights: Rights,
    /// Only resources that match all of these search parameters.
    pub query: Vec<Pair>,
}

/// One scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of resources.
    Resource(ResourceScope),
    /// `openid`: who the user is.
    OpenId,
    /// `fhirUser`: the user as a resource.
    FhirUser,
    /// `profile`: taken for `fhirUser`'s elder form; gives nothing more.
    Profile,
    /// `launch`: the context of a launch from here.
    Launch,
    /// `launch/patient`, `launch/encounter`: such a context.
    LaunchOf(&'static str),
    /// `offline_access`: refresh without the user.
    Offline,
    /// `online_access`: refresh as long as the user is signed in.
    Online,
}

/// Scopes, each with the words it was asked in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// What was understood.
    pub known: Vec<(String, Scope)>,
    /// What was not.
    pub unknown: Vec<String>,
}

impl Rights {
    /// What both allow.
    #[must_use]
    pub fn and(self, other: Rights) -> Rights {
        Rights {
            create: self.create && other.create,
            read: self.read && other.read,
            update: self.update && other.update,
            delete: self.delete && other.delete,
            search: self.search && other.search,
        }
    }

    /// Whether they allow nothing.
    pub fn is_none(self) -> bool {
        self == Rights::default()
    }

    fn parse(text: &str) -> Option<Rights> {
        let read = Rights { read: true, search: true, ..Rights::default() };
        let write = Rights { create: true, update: true, delete: true, ..Rights::default() };
        match text {
            "read" => return Some(read),
            "write" => return Some(write),
            "*" => return Some(Rights { read: true, search: true, ..write }),
            _ => {}
        }
        // Each letter at most once and in order: `.dus` is no scope.
        let mut rest = LETTERS.chars();
        let ordered = text.chars().all(|letter| rest.any(|known| known == letter));
        (ordered && !text.is_empty()).then(|| Rights {
            create: text.contains('c'),
            read: text.contains('r'),
            update: text.contains('u'),
            delete: text.contains('d'),
            search: text.contains('s'),
        })
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = [self.create, self.read, self.update, self.delete, self.search];
        LETTERS.chars().zip(held).filter(|(_, held)| *held).try_for_each(|(letter, _)| write!(f, "{letter}"))
    }
}

impl ResourceScope {
    fn parse(text: &str) -> Option<ResourceScope> {
        let (level, rest) = text.split_once('/')?;
        let level = match level {
            "patient" => Level::Patient,
            "user" => Level::User,
            "system" => Level::System,
            _ => return None,
        };
        let (head, query) = match rest.split_once('?') {
            Some((head, query)) if !query.is_empty() => (head, query::parse(query).ok()?),
            Some(_) => return None,
            None => (rest, Vec::new()),
        };
        let (type_name, rights) = head.split_once('.')?;
        let type_name = match type_name {
            "*" => None,
            name => Some(Definitions::r4().resource(name)?.name),
        };
        let plain = query.iter().all(|(name, value)| is_plain(type_name, name) && !value.is_empty());
        plain.then_some(ResourceScope { level, type_name, rights: Rights::parse(rights)?, query })
    }

    /// What both allow; none if that is nothing.
    pub fn and(&self, other: &ResourceScope) -> Option<ResourceScope> {
        let type_name = match (self.type_name, other.type_name) {
            (Some(one), Some(two)) if one != two => return None,
            (one, two) => one.or(two),
        };
        let rights = self.rights.and(other.rights);
        if self.level != other.level || rights.is_none() {
            return None;
        }
        let more = other.query.iter().filter(|pair| !self.query.contains(pair));
        let query = self.query.iter().chain(more).cloned().collect();
        Some(ResourceScope { level: self.level, type_name, rights, query })
    }
}

/// A search parameter of the type without modifier, chain or prefix: what an access rule can be made of.
fn is_plain(type_name: Option<&str>, name: &str) -> bool {
    let known = |name: &str| {
        let of = Definitions::r4().search_parameters(type_name.unwrap_or_default());
        of.iter().any(|parameter| parameter.code == name)
    };
    type_name.is_some() && !name.starts_with('_') && known(name)
}

impl fmt::Display for ResourceScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Patient => "patient",
            Level::User => "user",
            Level::System => "system",
        };
        write!(f, "{level}/{}.{}", self.type_name.unwrap_or("*"), self.rights)?;
        if !self.query.is_empty() {
            write!(f, "?{}", query::print(&self.query))?;
        }
        Ok(())
    }
}

impl Scope {
    fn parse(text: &str) -> Option<Scope> {
        Some(match text {
            "openid" => Scope::OpenId,
            "fhirUser" => Scope::FhirUser,
            "profile" => Scope::Profile,
            "launch" => Scope::Launch,
            "launch/patient" => Scope::LaunchOf("Patient"),
            "launch/encounter" => Scope::LaunchOf("Encounter"),
            "offline_access" => Scope::Offline,
            "online_access" => Scope::Online,
            _ => Scope::Resource(ResourceScope::parse(text)?),
        })
    }
}

impl Scopes {
    /// Reads scopes with spaces between; a scope that stands twice counts once.
    pub fn parse(text: &str) -> Scopes {
        let mut scopes = Scopes::default();
        for (place, word) in text.split(' ').filter(|word| !word.is_empty()).enumerate() {
            let scope = Scope::parse(word).filter(|_| place < SCOPES_MAX);
            match scope {
                Some(scope) if scopes.known.iter().any(|(_, known)| *known == scope) => {}
                Some(scope) => scopes.known.push((word.to_string(), scope)),
                None => scopes.unknown.push(word.to_string()),
            }
        }
        scopes
    }

    /// The scopes of resources.
    pub fn resources(&self) -> impl Iterator<Item = &ResourceScope> {
        self.known.iter().filter_map(|(_, scope)| match scope {
            Scope::Resource(scope) => Some(scope),
            _ => None,
        })
    }

    /// Whether this one is among them.
    pub fn has(&self, scope: &Scope) -> bool {
        self.known.iter().any(|(_, known)| known == scope)
    }

    /// Whether there is a scope of resources at this level.
    pub fn at(&self, level: Level) -> bool {
        self.resources().any(|scope| scope.level == level)
    }

    /// Whether rights of a user and rights of a system are asked for together.
    pub fn is_mixed(&self) -> bool {
        self.at(Level::System) && (self.at(Level::User) || self.at(Level::Patient))
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Those of these scopes that are allowed, narrowed to what is allowed. Words that need no narrowing stay as they
    /// were asked.
    #[must_use]
    pub fn within(&self, allowed: &Scopes) -> Scopes {
        let mut known: Vec<(String, Scope)> = Vec::new();
        for (word, scope) in &self.known {
            let Scope::Resource(asked) = scope else {
                if allowed.has(scope) {
                    known.push((word.clone(), scope.clone()));
                }
                continue;
            };
            let met: Vec<ResourceScope> = allowed.resources().filter_map(|allowed| asked.and(allowed)).collect();
            if met.contains(asked) {
                known.push((word.clone(), scope.clone()));
                continue;
            }
            for narrower in met.into_iter().take(SCOPES_MAX) {
                known.push((narrower.to_string(), Scope::Resource(narrower)));
            }
        }
        let mut scopes = Scopes::default();
        for (word, scope) in known.into_iter().take(SCOPES_MAX) {
            if !scopes.has(&scope) {
                scopes.known.push((word, scope));
            }
        }
        scopes
    }

    /// Whether the other scopes ask for nothing beyond these.
    pub fn covers(&self, other: &Scopes) -> bool {
        other.known.iter().all(|(_, scope)| match scope {
            Scope::Resource(asked) => self.resources().any(|held| asked.and(held).as_ref() == Some(asked)),
            other => self.has(other),
        })
    }

    /// Only those for which this holds.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&Scope) -> bool) -> Scopes {
        let known = self.known.iter().filter(|(_, scope)| wanted(scope)).cloned().collect();
        Scopes { known, unknown: Vec::new() }
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (word, _)) in self.known.iter().enumerate() {
            write!(f, "{}{word}", if place > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_scope_is_never_granted() {
        let cases = [
            "patient/Observation.dus",
            "patient/Observation.rr",
            "patient/Observation.",
            "patient/Observation",
            "patient/Observation.x",
            "patient/observation.rs",
            "patient/Nothing.rs",
            "patient/DomainResource.rs",
            "Patient/Observation.rs",
            "tenant/Observation.rs",
            "patient/Observation.rs?",
            "patient/Observation.rs?category",
            "patient/Observation.rs?category:not=x",
            "patient/Observation.rs?subject.name=x",
            "patient/Observation.rs?_has:Group:member:code=x",
            "patient/Observation.rs?_include=Observation:subject",
            "patient/Observation.rs?nothing=x",
            "patient/*.rs?category=x",
            "launch/",
            "launch/Patient",
            "OPENID",
            "",
        ];
        for text in cases {
            assert!(Scopes::parse(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn each_letter_is_a_right_of_its_own() {
        for (text, expected) in [
            ("user/Patient.r", "user/Patient.r"),
            ("user/Patient.s", "user/Patient.s"),
            ("user/Patient.cruds", "user/Patient.cruds"),
            ("user/Patient.read", "user/Patient.rs"),
            ("user/Patient.write", "user/Patient.cud"),
            ("system/*.*", "system/*.cruds"),
            (
                "patient/Observation.rs?category=a%7Cb&status=final",
                "patient/Observation.rs?category=a%7Cb&status=final",
            ),
        ] {
            let scopes = Scopes::parse(text);
            let found: Vec<String> = scopes.resources().map(ToString::to_string).collect();
            assert_eq!(found, [expected]);
            assert_eq!(scopes.to_string(), text, "the words stay");
        }
    }

    #[test]
    fn meeting_what_is_allowed_only_narrows() {
        for (asked, allowed, expected) in [
            (
                "patient/*.rs",
                "patient/Observation.r patient/Condition.cruds",
                "patient/Observation.r patient/Condition.rs",
            ),
            ("patient/Observation.read", "patient/*.rs", "patient/Observation.read"),
            ("patient/Observation.rs", "patient/Observation.rs?category=x", "patient/Observation.rs?category=x"),
            ("patient/Observation.rs?category=x", "patient/Observation.rs", "patient/Observation.rs?category=x"),
            ("patient/Observation.rs", "user/Observation.rs", ""),
            ("user/Observation.c", "user/Observation.rs", ""),
            ("openid fhirUser launch", "openid launch/patient", "openid"),
        ] {
            let granted = Scopes::parse(asked).within(&Scopes::parse(allowed));
            assert_eq!(granted.to_string(), expected, "{asked} within {allowed}");
            assert!(Scopes::parse(asked).covers(&granted) && Scopes::parse(allowed).covers(&granted), "{asked}");
        }
    }

    #[test]
    fn rights_of_users_and_systems_do_not_mix() {
        assert!(Scopes::parse("user/Patient.r system/Patient.r").is_mixed());
        assert!(Scopes::parse("system/Patient.r patient/Patient.r").is_mixed());
        assert!(!Scopes::parse("user/Patient.r patient/Patient.r").is_mixed());
    }
}
