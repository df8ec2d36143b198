// An invocation over all elements has one Value, of one channel.
const BLOCK: u32 = 1u;

fn block_of(index: u32) -> Block {
    return Block(params.base + index, 1u, params.base + params.count);
}

fn coefficients_of(index: u32) -> vec4<f32> {
    return coefficients[channel_of(index)];
}
