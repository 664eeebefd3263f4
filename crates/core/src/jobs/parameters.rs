//! The search parameters that are kept in the record: indexed in the background.
//!
//! Writing a SearchParameter takes it into use or lets it go in the same transaction (`record::parameters`); here the
//! index is built. What can differ (two resources under one address, of which one goes) is made equal first.

use std::sync::atomic::{AtomicBool, Ordering};

use akson_store::{Next, Store};

use crate::error::Error;
use crate::record;

/// Makes what is used the same as what is kept.
pub(super) fn adjust(store: &Store) -> Result<(), Error> {
    store.write(record::reconcile).wait().map_err(Error::from)
}

/// Builds the index by what is used.
pub(super) fn index(store: &Store, stop: &AtomicBool) -> Result<(), Error> {
    for work in store.open_work()?.into_iter().filter(|work| work.kind == "parameter") {
        let next = |_| if stop.load(Ordering::Acquire) { Next::Stop } else { Next::On };
        store.work(&work, next)?;
    }
    Ok(())
}
