//! The answer to a write that is still to come.
//!
//! Resolves when the commit that holds the write is durable, or with the error that undid it.
//! Can be awaited or waited for by a thread.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::Error;

/// A write's answer to come.
#[must_use = "the write is not durable before this has resolved"]
pub struct Pending<T>(Arc<Slot<T>>);

struct Slot<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
}

struct State<T> {
    answer: Option<Result<T, Error>>,
    waker: Option<Waker>,
}

/// The writer's end. Dropped without an answer, it says that writing has stopped.
pub(crate) struct Promise<T>(Option<Arc<Slot<T>>>);

/// Both ends.
pub(crate) fn pending<T>() -> (Promise<T>, Pending<T>) {
    let state = Mutex::new(State { answer: None, waker: None });
    let slot = Arc::new(Slot { state, filled: Condvar::new() });
    (Promise(Some(slot.clone())), Pending(slot))
}

impl<T> Slot<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fill(&self, answer: Result<T, Error>) {
        let waker = {
            let mut state = self.state();
            state.answer = Some(answer);
            state.waker.take()
        };
        self.filled.notify_one();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Promise<T> {
    /// Gives the answer.
    pub(crate) fn keep(mut self, answer: Result<T, Error>) {
        if let Some(slot) = self.0.take() {
            slot.fill(answer);
        }
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            slot.fill(Err(Error::Stopped));
        }
    }
}

impl<T> Pending<T> {
    /// An answer that is there already.
    pub(crate) fn ready(answer: Result<T, Error>) -> Pending<T> {
        let (promise, pending) = pending();
        promise.keep(answer);
        pending
    }

    /// Blocks the thread until the answer is there. Not for async code: await it there.
    pub fn wait(self) -> Result<T, Error> {
        let mut state = self.0.state();
        loop {
            if let Some(answer) = state.answer.take() {
                return answer;
            }
            state = self.0.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.state();
        match state.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
