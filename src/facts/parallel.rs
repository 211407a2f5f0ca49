//! Work on every core: one result for each item, in the order of the items.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

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
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(work)).collect();
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

/// The same, a few items at a time: what comes of them is taken before the next are begun, so that no more of it is held
/// than there are cores.
///
/// # Errors
/// The first error, of an item or of what takes it.
pub fn in_turns<T: Sync, R: Send, E: Send>(
    items: &[T],
    one: impl Fn(&T) -> Result<R, E> + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    for some in items.chunks(cores) {
        in_parallel(some, &one).into_iter().try_for_each(|result| take(result?))?;
    }
    Ok(())
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
            |item| if *item < 9 { Ok(*item) } else { Err(*item) },
            |item| {
                taken.push(item);
                Ok(())
            },
        );
        assert_eq!((all, taken), (Err(9), (0..9).collect()), "up to the first error");
    }
}
