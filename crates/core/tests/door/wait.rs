//! A thread that waits for a future, and resources to wait with.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use akson_core::{Caller, Core, Record, Settings};
use akson_fhir::resource::Resource;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The future's answer.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// A record of its own.
pub fn core() -> Core {
    Core::in_memory(Settings::default()).unwrap()
}

/// The door for someone who sees everything.
pub fn operator(core: &Core) -> Record {
    core.record(Caller::operator(core.now(), "test"))
}

/// A resource.
pub fn resource(text: &str) -> Resource {
    Resource::parse_json(text.as_bytes()).unwrap()
}

/// A pair of a query.
pub fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_string(), value.to_string())
}
