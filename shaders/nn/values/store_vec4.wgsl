// store_scalar.wgsl by fours of elements.
alias StoredEntry = StoredQuad;

fn held_value(i: u32) -> Value {
    return stored_quad(i);
}

fn store_value(i: u32, value: Value) {
    store_quad(i, value);
}
