//! Who asks, when and in which request.
//!
//! A caller is built by name only: there is no anonymous one and no default, so that nobody reaches the record
//! without having been named. What it does not do: decide anything (`access`).

use std::sync::Arc;

use akson_store::search::sight::Sight;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The operator of a sandbox, until there is sign-in.
    Operator,
    /// A link to another system, by its name.
    Link(String),
    /// Work of the server's own, by its name.
    Job(String),
}

/// A caller within one request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who asks.
    pub who: Who,
    /// When: microseconds since 1970.
    pub moment: i64,
    /// The request's own name.
    pub request: String,
    /// The key under which this request is done at most once.
    pub(crate) once: Option<String>,
    /// What it may see at most, if that is not everything its rules allow.
    pub(crate) within: Option<Arc<Sight>>,
}

impl Caller {
    /// The operator of a sandbox.
    pub fn operator(moment: i64, request: &str) -> Caller {
        Caller::new(Who::Operator, moment, request.to_string())
    }

    /// A link to another system.
    pub fn link(name: &str, moment: i64) -> Caller {
        Caller::new(Who::Link(name.to_string()), moment, crate::random_name())
    }

    /// Work of the server's own.
    pub fn job(name: &str, moment: i64) -> Caller {
        Caller::new(Who::Job(name.to_string()), moment, crate::random_name())
    }

    fn new(who: Who, moment: i64, request: String) -> Caller {
        Caller { who, moment, request, once: None, within: None }
    }

    /// The same caller, whose request is done at most once under this key.
    #[must_use]
    pub fn once(mut self, key: &str) -> Caller {
        self.once = Some(key.to_string());
        self
    }

    /// The same caller, who sees no more than this.
    #[must_use]
    pub fn limited_to(mut self, sight: Sight) -> Caller {
        self.within = Some(Arc::new(sight));
        self
    }

    /// The name in the audit.
    pub fn name(&self) -> String {
        match &self.who {
            Who::Operator => "operator".to_string(),
            Who::Link(name) => format!("link:{name}"),
            Who::Job(name) => format!("job:{name}"),
        }
    }
}
