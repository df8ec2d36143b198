// Where planes are not whole fours, and an element is less than a word: an invocation over all elements has four that follow each
// other in memory, whatever their channels, and the last one what is left, so that it stores whole words.
alias Value = vec4<f32>;
alias Entry = Element;
alias StoredEntry = Stored;

const BLOCK: u32 = 1u;

fn block_of(index: u32) -> Block {
    return Block(params.base + 4u * index, 4u, params.base + params.count);
}

// Elements behind the last one are taken for that one, and not stored.
fn four_from(at: u32, end: u32) -> vec4<u32> {
    return min(vec4<u32>(at) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(end - 1u));
}

fn elements_from(at: u32) -> vec4<u32> {
    return four_from(at, params.base + params.count);
}

fn coefficients_of(index: u32) -> Coefficients {
    let i = four_from(4u * index, params.count);
    return coefficients_of_channels(vec4<u32>(channel_of(i.x), channel_of(i.y), channel_of(i.z), channel_of(i.w)));
}

fn store_value(at: u32, values: Value) {
    store_at(elements_from(at), params.base + params.count - at, values);
}
