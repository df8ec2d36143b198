// The Values that `nn/batch_norm/normalise.wgsl` reads.
fn x_at(i: u32) -> Value {
    return loaded(x[entry(i)], i);
}

fn r_at(i: u32) -> Value {
    return loaded(r[entry(i)], i);
}
