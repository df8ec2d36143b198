// How kernels of `nn` read and write their output, an array `out` of any type, here an element at a time.
alias StoredEntry = Stored;

fn held_value(i: u32) -> Value {
    return stored(i);
}

fn store_value(i: u32, value: Value) {
    store(i, value);
}
