//! The threads of the node that is done: those of libtorch, and as many that decode, resample and tokenise.

use std::sync::{Arc, PoisonError, RwLock};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Those that are not libtorch's. A process does one node at a time.
static POOL: RwLock<Option<Arc<ThreadPool>>> = RwLock::new(None);

/// Gives so many to what is done from now on.
pub fn set(count: usize) -> Result<(), ThreadPoolBuildError> {
    let count = count.max(1);
    tch::set_num_threads(count as i32);
    let mut pool = POOL.write().unwrap_or_else(PoisonError::into_inner);
    if pool.as_ref().map(|pool| pool.current_num_threads()) != Some(count) {
        let named = ThreadPoolBuilder::new().thread_name(|nth| format!("data {nth}"));
        *pool = Some(Arc::new(named.num_threads(count).build()?));
    }
    Ok(())
}

/// What some work gives that rayon divides among them; among all processors where nobody has said how many they are.
pub fn within<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = POOL.read().unwrap_or_else(PoisonError::into_inner).clone();
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}
