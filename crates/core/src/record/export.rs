//! Export: the current resources of a type, page by page.

use akson_store::Line;

use super::audited::{About, NOWHERE};
use super::shown::Shower;
use super::{Record, Seen, look};
use crate::access::Action;
use crate::error::Error;

/// Resources on a page.
const PAGE: &str = "1000";

/// A page of an export.
#[derive(Clone, Debug)]
pub struct ExportPage {
    /// The resources.
    pub resources: Vec<Seen>,
    /// The token of the next page.
    pub next: Option<String>,
}

impl Record {
    /// A page of the resources of a type; the first without a token. One line of audit per page.
    pub async fn export(&self, type_name: &'static str, page: Option<String>) -> Result<ExportPage, Error> {
        let about = About::new(Action::Search, type_name, "export");
        let result = self.export_now(&about, page);
        self.after_audit(about, result).await
    }

    fn export_now(&self, about: &About, page: Option<String>) -> Result<(ExportPage, Vec<Line>), Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let view = self.view()?;
        let mut pairs = vec![("_count".to_string(), PAGE.to_string())];
        pairs.extend(page.map(|token| ("_page".to_string(), token)));
        let query = self.query(&view, (Some(about.type_name), None, &pairs), false)?;
        let page = look::run(&view, &query, &sight)?;
        let mut shower = Shower::new(&view, &sight);
        let resources =
            page.entries.iter().map(|(stored, _)| shower.show(stored)).collect::<Result<Vec<_>, Error>>()?;
        Ok((ExportPage { resources, next: page.next }, vec![self.line(about, NOWHERE, 0)]))
    }
}
