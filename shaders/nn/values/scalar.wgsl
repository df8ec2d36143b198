// How kernels of `nn` read tensors of any type, here an element at a time: Value i of x is loaded(x[entry(i)], i).
alias Value = f32;
alias Entry = Element;

fn entry(i: u32) -> u32 {
    return slot(i);
}

fn loaded(held: Entry, i: u32) -> Value {
    return element(held, i);
}
