//! The history handed over to another tool, event by event, through the tool's own API.
//!
//! Each tool is one file: what it is called, where it takes events, which fields it has, how often it may be asked, and
//! what its replies mean. The rest is shared: [`history`] is what is handed over, [`plan`] compares it with the ledger of
//! what the tool has, and [`sender`] sends what is left, one request at a time, in order of time.
//!
//! No event is made twice, however often the program is killed. Most tools know an event by an id that we choose, so the
//! same request again changes nothing. For the others, the ledger notes each event before its request. If the reply never
//! came, the tool is asked whether it has the event; where it cannot be asked, the event is reported and left alone.

mod conversion;
mod cortex;
mod datadog;
mod destination;
mod devlake;
mod dx;
mod error;
pub mod history;
mod linearb;
mod pace;
pub mod plan;
pub mod sender;
pub mod setup;
mod sleuth;

pub use self::cortex::Cortex;
pub use self::datadog::Datadog;
pub(crate) use self::destination::Destination;
pub use self::devlake::DevLake;
pub use self::dx::Dx;
pub use self::error::HandoverError;
pub use self::linearb::LinearB;
pub use self::sleuth::Sleuth;
