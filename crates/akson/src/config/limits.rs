//! Everything that has a limit, in one place.
//!
//! The limits of the record itself (entries, includes, pages) are `akson_core::Limits`; here are
//! those and what belongs to HTTP. Depth of JSON and XML is fixed in `akson_fhir`.

use std::time::Duration;

/// What is too much.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body, after decompression.
    pub body_bytes: usize,
    /// Bytes of a batch or transaction, after decompression.
    pub bundle_bytes: usize,
    /// Bytes of an address with its query.
    pub url_bytes: usize,
    /// Parameters of a query.
    pub query_parameters: usize,
    /// Connections at the same time.
    pub connections: usize,
    /// How long a request may take.
    pub request_time: Duration,
    /// How long a client may take to send the head of a request.
    pub head_time: Duration,
    /// How long a stop waits for requests in flight.
    pub stop_time: Duration,
    /// How long a provider or a client may take to answer this server.
    pub outgoing_time: Duration,
    /// The limits of the record.
    pub record: akson_core::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body_bytes: 10 << 20,
            bundle_bytes: 50 << 20,
            url_bytes: 16 << 10,
            query_parameters: 200,
            connections: 4096,
            request_time: Duration::from_secs(60),
            head_time: Duration::from_secs(15),
            stop_time: Duration::from_secs(10),
            outgoing_time: Duration::from_secs(10),
            record: akson_core::Limits::default(),
        }
    }
}
