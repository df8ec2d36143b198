// f32.wgsl for an output of 16 bits an element, two to a word, the first in the low half.
//
// The other half of a word may be another invocation's. An exclusive or with what differs changes one half only, whatever the
// other holds or becomes meanwhile: nobody else changes this half, so that it is still what was loaded. No order of the two
// gives another result, and nothing need be cleared before.
alias Stored = atomic<u32>;

fn stored(i: u32) -> f32 {
    return value_of(atomicLoad(&out[i / 2u]) >> (i % 2u * 16u));
}

// The lower 16 bits of `half` are stored.
fn store_half(i: u32, half: u32) {
    let shift = i % 2u * 16u;
    let old = atomicLoad(&out[i / 2u]);
    atomicXor(&out[i / 2u], (old ^ (half << shift)) & (0xffffu << shift));
}

// Both halves of a word.
fn store_pair(i: u32, pair: u32) {
    atomicStore(&out[i / 2u], pair);
}

fn store(i: u32, value: f32) {
    store_half(i, halves_of(vec4<f32>(value)).x);
}

// Neighbours, as they mostly are, a whole word at a time.
fn store_at(at: vec4<u32>, count: u32, values: vec4<f32>) {
    let halves = halves_of(values);
    let is_run = at.y == at.x + 1u;
    if (is_run && at.x % 2u == 0u && count > 1u) {
        store_pair(at.x, halves.x | (halves.y << 16u));
        if (count > 3u) {
            store_pair(at.z, halves.z | (halves.w << 16u));
        } else if (count > 2u) {
            store_half(at.z, halves.z);
        }
        return;
    }
    store_half(at.x, halves.x);
    if (is_run && count > 2u) {
        store_pair(at.y, halves.y | (halves.z << 16u));
    } else {
        if (count > 1u) {
            store_half(at.y, halves.y);
        }
        if (count > 2u) {
            store_half(at.z, halves.z);
        }
    }
    if (count > 3u) {
        store_half(at.w, halves.w);
    }
}
