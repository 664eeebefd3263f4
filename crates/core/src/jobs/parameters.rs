//! The search parameters that are kept in the record.
//!
//! Writing a SearchParameter takes it into use or lets it go in the same transaction (`record::parameters`); here what
//! can still differ is made equal (two resources under one address, of which one goes). The index is built after that.

use akson_store::Store;

use crate::error::Error;
use crate::record;

/// Makes what is used the same as what is kept.
pub(super) fn adjust(store: &Store) -> Result<(), Error> {
    store.write(record::reconcile).wait().map_err(Error::from)
}
