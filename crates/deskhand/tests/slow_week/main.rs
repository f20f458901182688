//! A week of a desk on a clock that is moved: twenty connections, fifty schedules, restarts, faults and a change to winter time.
#![expect(clippy::unwrap_used, reason = "test code")]
#![expect(clippy::print_stdout, reason = "the week tells what happened in it")]

mod desk;
mod expected;
mod fates;
mod judge;
mod time;
mod week;

use week::{Size, live};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_a_week_loses_nothing_and_does_nothing_twice() {
    nothing_is_wrong_after(Size {
        connections: 20,
        schedules: 50,
        days: 7,
        in_time: 50,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes long; `cargo xtask bench` has it"]
async fn slow_ten_times_the_week_loses_nothing_and_does_nothing_twice() {
    nothing_is_wrong_after(Size {
        connections: 200,
        schedules: 500,
        days: 7,
        // Seven hundred runs that are due at once keep two cores busy for longer than what counts as in time.
        in_time: 10,
    })
    .await;
}

async fn nothing_is_wrong_after(size: Size) {
    let week = live(size, 4).await;
    let judged = judge::judge(&week).await;
    assert_eq!(judged.wrong, [""; 0], "{}", week.told);
    assert!(week.told.is_eventful(), "{}", week.told);
    assert!(judged.has_everything(size.in_time), "{:?}; {}", judged.fates, week.told);
    println!("{}; {:?}", week.told, judged.fates);
}
