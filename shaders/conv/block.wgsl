// A direct kernel's invocation owns BLOCK channels at BLOCK elements: a vec4 each.
const_assert BLOCK == 4u;

// Blocks that cover this many channels or elements; the last one may be partly empty.
fn blocks_of(count: u32) -> u32 {
    return (count + BLOCK - 1u) / BLOCK;
}
