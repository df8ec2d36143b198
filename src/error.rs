//! The one error type of the library. Variants carry facts (operands, extents, limits); the message says what to do.

use crate::layout::Layout;
use crate::padding_mode::PaddingMode;
use crate::plan::{Algorithm, Operand};

/// `Result` with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, as a value: no function of this library panics on bad input.
///
/// ```
/// use wgconv::{Conv, Error};
/// let error = Conv::<2>::new([3, 3]).stride([1, 0]).build().unwrap_err();
/// assert!(matches!(error, Error::InvalidParameter { parameter: "stride", .. }));
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No adapter that fits is there.
    #[error(
        "no GPU adapter found{}. Adapters here: {}. {}",
        .wanted.as_ref().map(|name| format!(" whose name contains {name:?}")).unwrap_or_default(),
        if .found.is_empty() { "none".to_string() } else { .found.join("; ") },
        crate::gpu::DRIVER_HINT
    )]
    NoAdapter {
        /// The substring that was asked for, by argument or by `WGCONV_ADAPTER`.
        wanted: Option<String>,
        /// What is there (name, backend), software and OpenGL adapters included.
        found: Vec<String>,
    },
    /// The adapter refused to give a device.
    #[error("adapter {adapter:?} gave no device: {reason}")]
    RequestDevice {
        /// The adapter's name.
        adapter: String,
        /// The driver's words.
        reason: String,
    },
    /// A parameter of an operator is outside its range.
    #[error("{operator}: {parameter} is {value}, but must be {expected}")]
    InvalidParameter {
        /// The operator, for example `Conv`.
        operator: &'static str,
        /// The parameter, for example `stride`.
        parameter: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// The algorithm that was asked for cannot solve this problem, or not on this device.
    #[error("algorithm {algorithm} is not available here: {reason}. Strategy::Auto takes one that is")]
    AlgorithmUnavailable {
        /// The algorithm.
        algorithm: Algorithm,
        /// Why not.
        reason: &'static str,
    },
    /// The plan would run a kernel that computed a wrong result when this device was tuned.
    #[error(
        "kernel {kernel} computed a wrong result on this device when it was tuned, so that it is not run here; a context \
         without these tuning results runs it"
    )]
    Quarantined {
        /// The kernel and its constants.
        kernel: String,
    },
    /// What should be the results of tuning is not.
    #[error("no valid tuning results: line {line}: {reason}")]
    InvalidTuning {
        /// Counted from 1; 0 if it is about the whole.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The results of tuning are of another device, driver or version of the kernels.
    #[error("the tuning results are stale: they have {found:?}, but here it is {expected:?}; tune again")]
    StaleTuning {
        /// The line of the results that differs.
        found: String,
        /// What it would have to be.
        expected: String,
    },
    /// A file could not be read or written.
    #[error("cannot {during} {path}: {reason}")]
    File {
        /// `read` or `write`.
        during: &'static str,
        /// The file.
        path: String,
        /// The system's words, or the limit that the file is above.
        reason: String,
    },
    /// A tensor has the wrong number of axes.
    #[error("{operator}: {operand} has shape {found:?}, but must have {expected} axes")]
    RankMismatch {
        /// The operator.
        operator: &'static str,
        /// The operand.
        operand: Operand,
        /// How many axes it must have.
        expected: usize,
        /// The shape that was given.
        found: Vec<usize>,
    },
    /// A tensor's shape does not follow from the others.
    #[error("{operator}: {operand} has shape {found:?}, but the other operands need {expected:?}")]
    ShapeMismatch {
        /// The operator.
        operator: &'static str,
        /// The operand.
        operand: Operand,
        /// The shape that fits.
        expected: Vec<usize>,
        /// The shape that was given.
        found: Vec<usize>,
    },
    /// A tensor lies in memory otherwise than the operator takes it.
    #[error(
        "{operand} is {found} in memory, but must be {expected} here: layout::to_channels_first and \
         layout::to_channels_last make one from the other"
    )]
    LayoutMismatch {
        /// The operand.
        operand: Operand,
        /// The layout that fits.
        expected: Layout,
        /// The layout that was given.
        found: Layout,
    },
    /// Channels and groups do not fit together.
    #[error(
        "Conv: {groups} groups do not fit x with {channels_in} channels and w with {channels_out} output channels and \
         {channels_per_group} input channels per group: x must have groups * (input channels per group) channels, and \
         the output channels must be a multiple of groups"
    )]
    GroupMismatch {
        /// `groups` of the convolution.
        groups: usize,
        /// Channels of x.
        channels_in: usize,
        /// Channels of y, by w.
        channels_out: usize,
        /// Input channels of a group, by w.
        channels_per_group: usize,
    },
    /// An extent is zero.
    #[error("{operand} has shape {shape:?}: every extent must be at least 1")]
    ZeroExtent {
        /// The operand.
        operand: Operand,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// More elements than a 32-bit index can reach.
    #[error("{operand} has shape {shape:?}, which is more than {limit} elements; split the batch into several calls")]
    TooManyElements {
        /// The operand.
        operand: Operand,
        /// Its shape.
        shape: Vec<usize>,
        /// The most elements allowed.
        limit: u64,
    },
    /// Not a single window fits.
    #[error(
        "{operator}: along spatial axis {axis} the window spans {window} cells, but the padded input has only {padded} \
         (input {input}); use a smaller kernel or dilation, or more padding"
    )]
    WindowTooLarge {
        /// The operator.
        operator: &'static str,
        /// Spatial axis, counted from 0.
        axis: usize,
        /// Extent of the input along it.
        input: u64,
        /// Extent of the input with low and high padding.
        padded: u64,
        /// `dilation * (taps - 1) + 1`.
        window: u64,
    },
    /// Reflection and wrapping around look at the input once, which bounds the padding.
    #[error(
        "{operator}: padding_mode {mode} with a padding of {padding} cells along spatial axis {axis}, whose input of {input} cells \
         allows at most {most}; use less padding or padding_mode replicate"
    )]
    PaddingTooLarge {
        /// The operator.
        operator: &'static str,
        /// `Reflect` or `Circular`.
        mode: PaddingMode,
        /// Spatial axis, counted from 0.
        axis: usize,
        /// The larger one of low and high padding.
        padding: u32,
        /// Extent of the input along it.
        input: u32,
        /// `input - 1` for reflection, `input` for wrapping around.
        most: u32,
    },
    /// A transposed convolution's padding takes away everything that its input spreads to.
    #[error(
        "{operator}: along spatial axis {axis} the input's {input} cells spread to {full} cells, output padding included, of \
         which a padding of {low} low and {high} high leaves nothing; use less padding or more output padding"
    )]
    NothingLeft {
        /// The operator.
        operator: &'static str,
        /// Spatial axis, counted from 0.
        axis: usize,
        /// Extent of the input along it.
        input: u64,
        /// `(input - 1) * stride + dilation * (taps - 1) + 1 + output_padding`.
        full: u64,
        /// Low padding.
        low: u64,
        /// High padding.
        high: u64,
    },
    /// An explicit output shape is none that the input can have.
    #[error(
        "{operator}: output_shape asks for {output} cells along spatial axis {axis}, but the input's {input} cells can give \
         only {least} to {most} with this kernel size, stride, dilation and padding"
    )]
    OutputOutOfReach {
        /// The operator.
        operator: &'static str,
        /// Spatial axis, counted from 0.
        axis: usize,
        /// What was asked for.
        output: u64,
        /// Extent of the input along it.
        input: u64,
        /// The least extent of the output.
        least: u64,
        /// The largest one: the output padding stays below the stride or the dilation.
        most: u64,
    },
    /// A pooling window has no input cell under any of its taps, so that it has no maximum and no average.
    #[error(
        "{operator}: along spatial axis {axis} the window of output {output} has no tap inside the input of {input} \
         cells; use less padding or dilation"
    )]
    EmptyWindow {
        /// The operator.
        operator: &'static str,
        /// Spatial axis, counted from 0.
        axis: usize,
        /// Index of the output along that axis.
        output: u64,
        /// Extent of the input along it.
        input: u64,
    },
    /// A single sample is larger than what the device can bind, so that chunking over the batch cannot help.
    #[error(
        "one sample of {operand} takes {bytes} bytes, but this device binds at most {limit} bytes \
         (max_storage_buffer_binding_size); use smaller spatial extents or fewer channels"
    )]
    SampleTooLarge {
        /// The operand.
        operand: Operand,
        /// Bytes of one sample, the slack for the offset alignment included.
        bytes: u64,
        /// The limit of the device.
        limit: u64,
    },
    /// A limit of the device or of this library is exceeded.
    #[error("{what} needs {limit} of {needed}, but only {available} is available")]
    LimitExceeded {
        /// Name of the limit, as in `wgpu::Limits` where it comes from there.
        limit: &'static str,
        /// What asked for it.
        what: String,
        /// How much it needs.
        needed: u64,
        /// How much there is.
        available: u64,
    },
    /// Host data and shape differ.
    #[error("shape {shape:?} has {expected} elements, but {found} values were given")]
    DataLength {
        /// The shape.
        shape: Vec<usize>,
        /// Elements of the shape.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// `record` was not given an operand that the plan needs.
    #[error("the plan needs a buffer for {operand}; it was not bound")]
    MissingBinding {
        /// The operand.
        operand: Operand,
    },
    /// `record` was given an operand that the plan does not have.
    #[error("a buffer was bound for {operand}, which the plan does not have")]
    UnexpectedBinding {
        /// The operand.
        operand: Operand,
    },
    /// A buffer is too small for its operand.
    #[error("{operand} needs {needed} bytes from offset {offset}, but only {available} are bound there")]
    BufferTooSmall {
        /// The operand.
        operand: Operand,
        /// Bytes that it takes.
        needed: u64,
        /// Offset of the binding in the buffer.
        offset: u64,
        /// Bytes available from there.
        available: u64,
    },
    /// An offset is not a multiple of the device's storage alignment.
    #[error(
        "{operand} is bound at offset {offset}, which is not a multiple of {alignment} (min_storage_buffer_offset_alignment)"
    )]
    MisalignedOffset {
        /// The operand.
        operand: Operand,
        /// Its offset.
        offset: u64,
        /// The alignment.
        alignment: u64,
    },
    /// A buffer lacks a usage flag.
    #[error("the buffer for {operand} has usage {found:?}, but needs {needed:?}")]
    MissingUsage {
        /// The operand.
        operand: Operand,
        /// The flags that it must have.
        needed: wgpu::BufferUsages,
        /// The flags that it has.
        found: wgpu::BufferUsages,
    },
    /// An output shares its buffer with another operand of the same plan.
    #[error("{output} and {other} are bound to the same buffer, but {output} is written: give it a buffer of its own")]
    AliasedBinding {
        /// The operand that is written.
        output: Operand,
        /// The other operand.
        other: Operand,
    },
    /// A tensor or plan belongs to another `Context`.
    #[error("{operand} lives on another device than this context")]
    WrongContext {
        /// The operand.
        operand: Operand,
    },
    /// Bytes that should be a safetensors file are not, or are damaged.
    #[cfg(feature = "safetensors")]
    #[error("{source_name}: not a safetensors file: {reason}")]
    NotSafetensors {
        /// The file's path, or a word for bytes that came otherwise.
        source_name: String,
        /// What is wrong with them.
        reason: String,
    },
    /// A safetensors file has no tensor of this name.
    #[cfg(feature = "safetensors")]
    #[error("{name} is missing; the file has {found:?}")]
    MissingEntry {
        /// The name that was asked for.
        name: String,
        /// The names that are there, sorted.
        found: Vec<String>,
    },
    /// A tensor of a safetensors file has another shape than the caller expects.
    #[cfg(feature = "safetensors")]
    #[error("{name} has shape {found:?}, but must be {expected:?}")]
    EntryShape {
        /// The tensor's name in the file.
        name: String,
        /// The shape that was asked for.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A tensor of a safetensors file has an element type that does not convert to f32 without loss.
    #[cfg(feature = "safetensors")]
    #[error("{name} has type {found}, but must be F32, F16 or BF16")]
    EntryType {
        /// The tensor's name in the file.
        name: String,
        /// Its type, as the format writes it, for example `F64`.
        found: String,
    },
    /// The device has no memory left for this.
    #[error("out of device memory: {what} of {bytes} bytes")]
    OutOfMemory {
        /// What was to be allocated.
        what: String,
        /// Its size.
        bytes: u64,
    },
    /// The device is gone: driver reset, unplugged, or destroyed by its owner.
    #[error("the device is lost ({reason}); make a new Context and upload the data again")]
    DeviceLost {
        /// The driver's words, as far as known.
        reason: String,
    },
    /// wgpu refused a call that this library believed to be right, or the caller's device is not the context's.
    #[error("wgpu refused to {during}: {message}")]
    Wgpu {
        /// What was being done.
        during: &'static str,
        /// wgpu's words.
        message: String,
    },
}
