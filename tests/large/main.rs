//! Large for real: as large as the device allows, up to somewhat more than 2 GiB a tensor, and reductions of 10^8 terms.
//! `scripts/large` runs this, one test after the other: a test takes up to 7 GiB of memory and a minute. What the device does not hold
//! is a line that says so. The data repeat after a prime number of elements, and are written and read in pieces.

use wgconv::{
    Activation, AdaptiveAvgPool, AdaptiveMaxPool, Context, Conv, ConvShapes, Error, MaxPool, Pass, PlanOptions,
    Program, Tensor, nn,
};

/// What is compared repeats after so many elements: a prime, so that no chunk, row or workgroup begins alike.
const PERIOD: usize = 8191;
/// Elements that are written and read at once: 64 MiB, whole periods.
const PIECE: usize = PERIOD * 2048;
const ELEMENT: u64 = 4;
const GIB: u64 = 1 << 30;

fn context() -> Context {
    let ctx = Context::new_blocking().unwrap_or_else(|error| panic!("{error}"));
    let (info, limits) = (ctx.adapter_info(), ctx.limits());
    let gib = |bytes: u64| bytes as f64 / GIB as f64;
    println!(
        "{} ({}): buffers of {:.2} GiB, bindings of {:.2} GiB",
        info.name,
        info.driver_info,
        gib(limits.max_buffer_bytes),
        gib(limits.max_storage_binding_bytes)
    );
    ctx
}

/// Small whole numbers of both signs, whose sum over a period is that of the last one.
fn pattern(i: usize) -> f32 {
    ((i % PERIOD) % 7) as f32 - 3.0
}

/// Plus and minus one, as if thrown.
fn signs(i: usize) -> f32 {
    let thrown = ((i % PERIOD) as u32).wrapping_mul(2_654_435_761) >> 16 & 1;
    thrown as f32 * 2.0 - 1.0
}

/// Elements of the largest tensor that this test asks for, and the device holds: above 2 GiB where that is allowed.
fn most_elements(ctx: &Context) -> usize {
    let (wanted, there) = (2 * GIB + GIB / 8, ctx.limits().max_buffer_bytes);
    if there <= 2 * GIB {
        println!(
            "  not here: tensors over 2 GiB, elements past 2^31 bytes; this device's buffers end at {there} bytes, and so do the \
             tensors"
        );
    }
    let mut elements = (wanted.min(there) / ELEMENT) as usize;
    // Some drivers' buffers are larger than the memory that they give out at once.
    while let Err(Error::OutOfMemory { bytes, .. }) = ctx.zeros::<f32>(&[elements]) {
        println!("  not here: a tensor of {bytes} bytes; the device has not as much memory at once");
        elements -= elements / 8;
    }
    elements
}

/// Fills a tensor with a function of the index that repeats after [`PERIOD`].
fn fill(tensor: &Tensor, value: impl Fn(usize) -> f32) {
    let period: Vec<f32> = (0..PERIOD).map(value).collect();
    let piece = period.repeat(PIECE / PERIOD);
    let bytes: &[u8] = bytemuck::cast_slice(&piece);
    let ctx = tensor.context();
    let end = tensor.len() as u64 * ELEMENT;
    for at in (0..end).step_by(bytes.len()) {
        let length = (end - at).min(bytes.len() as u64) as usize;
        ctx.queue().write_buffer(tensor.buffer(), at, &bytes[..length]);
        // Else the pieces wait in memory of their own until the next submission.
        ctx.wait().unwrap();
    }
}

/// Panics unless a tensor holds a function of the index that repeats after [`PERIOD`], exactly.
fn assert_holds(tensor: &Tensor, value: impl Fn(usize) -> f32) {
    let ctx = tensor.context();
    let piece: Vec<f32> = (0..PERIOD).map(value).collect::<Vec<_>>().repeat(PIECE / PERIOD);
    let whole = ctx.zeros::<f32>(&[PIECE]).unwrap();
    for first in (0..tensor.len()).step_by(PIECE) {
        let length = (tensor.len() - first).min(PIECE);
        let mut encoder = ctx.device().create_command_encoder(&Default::default());
        let (from, bytes) = (first as u64 * ELEMENT, length as u64 * ELEMENT);
        encoder.copy_buffer_to_buffer(tensor.buffer(), from, whole.buffer(), 0, bytes);
        ctx.queue().submit([encoder.finish()]);
        let found = whole.read_blocking().unwrap();
        let (found, expected) = (&found[..length], &piece[..length]);
        if let Some(at) = (0..length).find(|&i| found[i] != expected[i]) {
            panic!("{} instead of {} at element {} of {}", found[at], expected[at], first + at, tensor.len());
        }
    }
}

#[test]
fn elements_of_a_tensor_as_large_as_a_buffer_can_be() {
    let ctx = context();
    let length = most_elements(&ctx);
    let plan = nn::plan(&ctx, nn::Elementwise::Activate(Activation::Relu), length).unwrap();
    let workgroups: u64 = plan.grids().map(|grid| grid.into_iter().map(u64::from).product::<u64>()).sum();
    assert!(workgroups > 65_535, "{workgroups}");
    let x = ctx.zeros::<f32>(&[length]).unwrap();
    fill(&x, pattern);
    let y = nn::relu(&ctx, &x).unwrap();
    drop(x);
    assert_holds(&y, |i| pattern(i).max(0.0));
    println!("  ReLU of {length} elements in {} dispatches of together {workgroups} workgroups", plan.dispatches());
}

/// Batches far above what can be bound: chunks begin at every offset there is.
#[test]
fn convolutions_of_a_batch_as_large_as_a_buffer_can_be() {
    let ctx = context();
    // A whole number of periods a sample, so that y repeats as x does.
    let side = PERIOD;
    let batch = most_elements(&ctx) / (side * 1024);
    let conv = Conv::<2>::new([1, 1]).build().unwrap();
    let shape = [batch, 1, 1024, side];
    let w = ctx.tensor(&[1, 1, 1, 1], &[-2.0]).unwrap();
    for pass in [Pass::Forward, Pass::InputGrad] {
        let spec =
            conv.plan_spec(ctx.limits(), pass, ConvShapes::new(&shape, w.shape()), &PlanOptions::default()).unwrap();
        let x = ctx.zeros::<f32>(&shape).unwrap();
        fill(&x, pattern);
        let y = match pass {
            Pass::Forward => conv.forward(&ctx, &x, &w, None).unwrap(),
            _ => conv.input_grad(&ctx, &x, &w, &shape).unwrap(),
        };
        drop(x);
        assert_holds(&y, |i| -2.0 * pattern(i));
        println!(
            "  {}: {} of {} elements in {} dispatches",
            pass.name(),
            spec.algorithm(),
            batch * 1024 * side,
            spec.dispatches()
        );
        ctx.wait().unwrap();
    }
}

#[test]
fn maxima_of_a_batch_as_large_as_a_buffer_can_be() {
    let ctx = context();
    let batch = most_elements(&ctx) / (PERIOD * 1024);
    let shape = [batch, 1, 1024, PERIOD];
    let x = ctx.zeros::<f32>(&shape).unwrap();
    fill(&x, pattern);
    // Whole rows, of which each has the same maximum at its first 6.
    let pool = MaxPool::<2>::new([1, PERIOD]).build().unwrap();
    let (y, indices) = pool.forward_with_indices(&ctx, &x).unwrap();
    assert!(y.read_blocking().unwrap().iter().all(|&value| value == 3.0));
    let indices = indices.read_blocking().unwrap();
    assert!(indices.iter().enumerate().all(|(i, &index)| index as usize == i % 1024 * PERIOD + 6));
    println!("  maxima of {} elements", x.len());
}

/// Rows of a batch that together have 10^8 cells, and of which each can be bound.
fn hundred_million(ctx: &Context) -> [usize; 2] {
    let row = (100_000_000 / 8).min((ctx.limits().max_storage_binding_bytes / ELEMENT) as usize - PERIOD);
    [100_000_000usize.div_ceil(row), row]
}

#[test]
fn kernel_and_bias_gradients_over_a_hundred_million_cells() {
    const TAPS: usize = 3;
    let ctx = context();
    let [batch, row] = hundred_million(&ctx);
    let (x, dy) = ([batch, 1, row + TAPS - 1], [batch, 1, row]);
    let (x, dy) = (ctx.zeros::<f32>(&x).unwrap(), ctx.zeros::<f32>(&dy).unwrap());
    fill(&x, pattern);
    fill(&dy, signs);
    let conv = Conv::<1>::new([TAPS]).build().unwrap();
    let mut program = Program::new(&ctx);
    let dw = program.conv_kernel_grad(&conv, &x, &dy).unwrap();
    let db = program.conv_bias_grad(&conv, &dy).unwrap();
    program.run().unwrap();

    // As whole numbers, which have no order.
    let [xs, dys]: [Vec<i32>; 2] =
        [pattern as fn(usize) -> f32, signs].map(|of| (0..2 * PERIOD).map(|i| of(i) as i32).collect());
    let mut sums = [0i64; TAPS + 1];
    for sample in 0..batch {
        // Both repeat: what one period gives is there as often as it fits, and then its beginning.
        let (x_at, dy_at) = (sample * (row + TAPS - 1) % PERIOD, sample * row % PERIOD);
        let terms = |count: usize, tap: usize| -> i64 {
            let (x, dy) = (xs.iter().cycle().skip((x_at + tap) % PERIOD), &dys[dy_at..dy_at + count]);
            dy.iter().zip(x).map(|(dy, x)| i64::from(dy * x)).sum()
        };
        let periods = (row / PERIOD) as i64;
        for (tap, sum) in sums[..TAPS].iter_mut().enumerate() {
            *sum += periods * terms(PERIOD, tap) + terms(row % PERIOD, tap);
        }
        let ones = |count: usize| dys[dy_at..dy_at + count].iter().map(|&dy| i64::from(dy)).sum::<i64>();
        sums[TAPS] += periods * ones(PERIOD) + ones(row % PERIOD);
    }
    let expected = sums.map(|sum| {
        assert!(sum.abs() < 1 << 24, "{sum} would not be exact");
        sum as f32
    });
    let found = [dw.read_blocking().unwrap(), db.read_blocking().unwrap()].concat();
    println!("  sums of {} terms: {found:?}", batch * row);
    assert_eq!(found, expected);
}

/// One output with as many terms as a kernel that can be bound has.
#[test]
fn forward_with_a_hundred_million_terms() {
    let ctx = context();
    let most = (ctx.limits().max_storage_binding_bytes / ELEMENT) as usize;
    let taps = most.min(100_000_000) / PERIOD * PERIOD;
    if taps < 99_000_000 {
        println!("  not here: 10^8 terms of one output; a kernel of at most {taps} taps can be bound");
    }
    let (x, w) = (ctx.zeros::<f32>(&[1, 1, taps]).unwrap(), ctx.zeros::<f32>(&[1, 1, taps]).unwrap());
    fill(&x, pattern);
    fill(&w, signs);
    let conv = Conv::<1>::new([taps]).build().unwrap();
    let y = conv.forward(&ctx, &x, &w, None).unwrap().read_blocking().unwrap();
    let period: f32 = (0..PERIOD).map(|i| pattern(i) * signs(i)).sum();
    let expected = f64::from(period) * (taps / PERIOD) as f64;
    println!("  a sum of {taps} terms: {y:?}");
    assert!(expected.abs() < f64::from(1 << 24) && period != 0.0, "{expected} would not be exact");
    assert_eq!(f64::from(y[0]), expected);
}

/// A plane as large as one sample can be, down to one cell.
#[test]
fn global_pooling_of_a_hundred_million_cells() {
    let ctx = context();
    let cells = ((ctx.limits().max_storage_binding_bytes / ELEMENT) as usize).min(100_000_000);
    if cells < 100_000_000 {
        println!("  not here: planes of 10^8 cells; one sample of at most {cells} elements can be bound");
    }
    let x = ctx.zeros::<f32>(&[1, 1, cells]).unwrap();
    fill(&x, pattern);
    // One cell that is the largest, near the end.
    let place = cells - 77;
    ctx.queue().write_buffer(x.buffer(), place as u64 * ELEMENT, &9.0f32.to_ne_bytes());
    let (y, index) = AdaptiveMaxPool::<1>::global().forward_with_indices(&ctx, &x).unwrap();
    assert_eq!((y.read_blocking().unwrap(), index.read_blocking().unwrap()), (vec![9.0], vec![place as u32]));
    let average = AdaptiveAvgPool::<1>::global().forward(&ctx, &x).unwrap().read_blocking().unwrap()[0];
    let period: f64 = (0..PERIOD).map(|i| f64::from(pattern(i))).sum();
    let rest: f64 = (0..cells % PERIOD).map(|i| f64::from(pattern(i))).sum();
    let sum = period * (cells / PERIOD) as f64 + rest + 9.0 - f64::from(pattern(place));
    let expected = sum / cells as f64;
    println!("  the average of {cells} cells: {average:e}, exactly {expected:e}");
    assert!((f64::from(average) - expected).abs() <= 4.0 * f64::from(f32::EPSILON) * expected.abs());
}
