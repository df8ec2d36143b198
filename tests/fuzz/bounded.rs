//! Runs a target under its bound on memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// A function of any bytes, and the most bytes that it may hold at a time, given how many it gets.
#[derive(Clone, Copy)]
pub struct Target {
    pub run: fn(&[u8]),
    pub most_bytes: fn(usize) -> usize,
}

/// Runs it; panics if it took more memory than it may.
pub fn run(target: Target, bytes: &[u8]) {
    let before = HELD.get();
    MOST_HELD.set(before);
    (target.run)(bytes);
    let (taken, most) = (MOST_HELD.get().saturating_sub(before), (target.most_bytes)(bytes.len()));
    assert!(taken <= most, "{taken} bytes of memory for {} bytes of input, of which {most} are the most", bytes.len());
}

thread_local! {
    /// Bytes that this thread has taken and not given back, and the most that they were.
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST_HELD: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting for each thread.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(taken: usize, given_back: usize) {
    // While an old block is copied into a new one, both are held.
    let most = HELD.get().saturating_add(taken);
    MOST_HELD.set(MOST_HELD.get().max(most));
    HELD.set(most.saturating_sub(given_back));
}

#[allow(unsafe_code, reason = "an allocator's interface is unsafe; this one hands every call on")]
// SAFETY: every call goes to the system's allocator as it came; the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}
