// The Values that `nn/batch_norm/input_grad.wgsl` reads.
fn x_at(i: u32) -> Value {
    return loaded(x[entry(i)], i);
}

fn dy_at(i: u32) -> Value {
    return loaded(dy[entry(i)], i);
}

fn y_at(i: u32) -> Value {
    return loaded(y[entry(i)], i);
}
