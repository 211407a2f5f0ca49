//! Work on every core: one result for each item, in the order of the items; or two different pieces of work. Where the
//! system has no more threads, the caller's thread does the work of those that are missing.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

/// One result for each item, in the order of the items. Each core takes the next item when it is done with one, so the
/// longest items belong to the front.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, one(item)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..cores).filter_map(|_| Builder::new().spawn_scoped(scope, work).ok()).collect();
        let mut done = work();
        for other in others {
            // The thread has already printed its panic; it is resumed here.
            done.extend(other.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Hands the result for each item to `take`, in the order of the items, while results for later items are computed: by
/// `most` threads, but no more than there are cores. Each thread holds one result at most.
///
/// # Errors
/// The first error, of an item or of what takes it.
pub fn in_turns<T: Sync, R: Send, E: Send>(
    items: &[T],
    most: usize,
    one: impl Fn(&T) -> Result<R, E> + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get).min(items.len()).min(most.max(1));
    let one = &one;
    std::thread::scope(|scope| {
        let begin = |first: usize| {
            let (sender, receiver) = sync_channel(0);
            let work = move || {
                for item in items.iter().skip(first).step_by(cores) {
                    // Nobody waits for more after an error.
                    if sender.send(one(item)).is_err() {
                        break;
                    }
                }
            };
            Builder::new().spawn_scoped(scope, work).is_ok().then_some(receiver)
        };
        let turns: Vec<Option<Receiver<Result<R, E>>>> = (0..cores).map(begin).collect();
        for (item, turn) in items.iter().zip(turns.iter().cycle()) {
            let result = match turn {
                // A thread that ended too early has panicked, which the scope passes on.
                Some(turn) => match turn.recv() {
                    Ok(result) => result,
                    Err(_) => break,
                },
                None => one(item),
            };
            take(result?)?;
        }
        Ok(())
    })
}

/// Two pieces of work at the same time.
pub fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    // A thread that cannot be started would drop what it was given.
    let other = Mutex::new(Some(other));
    let work = || {
        let other = other.lock().unwrap_or_else(PoisonError::into_inner).take();
        other.map(|other| other())
    };
    std::thread::scope(|scope| {
        let thread = Builder::new().spawn_scoped(scope, work);
        let one = one();
        let done = match thread {
            Ok(thread) => thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)),
            Err(_) => work(),
        };
        (one, done.unwrap_or_else(|| std::panic::resume_unwind(Box::new("the work was done twice"))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..1_000).collect();
        assert_eq!(in_parallel(&items, |item| item * 2), (0..2_000).step_by(2).collect::<Vec<u64>>());
        assert!(in_parallel(&[], |item: &u64| *item).is_empty());
        let mut taken = Vec::new();
        let all = in_turns(
            &items,
            usize::MAX,
            |item| if *item < 9 { Ok(*item) } else { Err(*item) },
            |item| {
                taken.push(item);
                Ok(())
            },
        );
        assert_eq!((all, taken), (Err(9), (0..9).collect()), "up to the first error");
        let refused = |number| if number < 5 { Ok(()) } else { Err(number) };
        assert_eq!(in_turns(&items, 1, |item| Ok(*item), refused), Err(5), "also of what takes a result");
        assert_eq!(in_turns(&[], 1, |item: &u64| Ok(*item), |_| Err(7)), Ok(()));
        assert_eq!(both(|| items.len(), || items.first()), (1_000, Some(&0)));
    }
}
