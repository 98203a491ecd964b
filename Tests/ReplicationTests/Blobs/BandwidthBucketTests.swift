import Replication
import Testing

struct BandwidthBucketTests {
    @Test func `over a minute no more than the cap and one second of it goes out`() {
        var bucket = BandwidthBucket(rate: 10_000, now: 0)
        var now = 0.0
        var sent = 0
        while now < 60 {
            let wait = bucket.take(4096, now: now)
            if wait == 0 { sent += 4096 } else { now += wait }
        }
        #expect(sent <= 61 * 10_000 + 4096)
        #expect(sent >= 59 * 10_000)
    }

    @Test func `a piece larger than a second of the cap goes out of a full bucket and is paid for afterwards`() {
        var bucket = BandwidthBucket(rate: 1000, now: 0)
        #expect(bucket.take(5000, now: 0) == 0)
        let wait = bucket.take(1000, now: 0)
        #expect(wait == 5)
        #expect(bucket.take(1000, now: wait) == 0)
    }

    @Test func `without a cap nothing waits, and a new cap counts from when it is set`() {
        var bucket = BandwidthBucket(rate: nil, now: 0)
        #expect(bucket.take(1 << 30, now: 0) == 0)
        bucket.setRate(1000, now: 10)
        #expect(bucket.take(1000, now: 10) == 0)
        #expect(bucket.take(1000, now: 10) > 0.9)
    }
}
