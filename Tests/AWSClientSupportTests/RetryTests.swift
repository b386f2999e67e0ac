import AWSClientSupport
import Testing

@Suite("Retries")
struct RetryTests {
    @Test("delays double from one second to the cap, with full jitter")
    func delays() {
        let policy = RetryPolicy.standard
        let bounds = (1...8).map { policy.delay(beforeRetry: $0, random: 1) }
        #expect(bounds == [1, 2, 4, 8, 16, 20, 20, 20].map { .seconds($0) })
        #expect(policy.delay(beforeRetry: 3, random: 0) == .zero)
        #expect(policy.delay(beforeRetry: 3, random: 0.5) == .seconds(2))
        #expect(policy.delay(beforeRetry: .max, random: 1) == .seconds(20))
    }

    @Test("Retry-After is a lower bound, and no server makes us wait beyond the cap")
    func retryAfter() {
        let policy = RetryPolicy.standard
        #expect(policy.delay(beforeRetry: 1, random: 0.1, serverAsks: .seconds(7)) == .seconds(7))
        #expect(policy.delay(beforeRetry: 5, random: 1, serverAsks: .seconds(7)) == .seconds(16))
        #expect(policy.delay(beforeRetry: 1, random: 0, serverAsks: .seconds(86_400)) == .seconds(20))
    }

    @Test("Retry-After is read as seconds, as a date and as AWS's milliseconds")
    func retryAfterForms() {
        func duration(_ headers: [String: String]) -> Duration? {
            RetryAfter.duration(header: { headers[$0] }, now: 784_111_770)
        }
        #expect(duration(["retry-after": "120"]) == .seconds(120))
        #expect(duration(["retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"]) == .seconds(7))
        #expect(duration(["retry-after": "Sun, 06 Nov 1994 08:49:00 GMT"]) == .zero)
        #expect(duration(["x-amz-retry-after": "1500"]) == .milliseconds(1_500))
        #expect(duration(["retry-after": "-1"]) == nil)
        #expect(duration(["retry-after": "soon"]) == nil)
        // Whoever asks for centuries is not to be called again at once.
        #expect(duration(["retry-after": "99999999999999999999"]) == .seconds(999_999_999))
    }

    @Test(
        "a fraction of a second is rounded up: nobody is called earlier than it asked",
        arguments: [
            ("2.5", 3), ("2.0", 2), ("2.000", 2), ("0.001", 1), ("0", 0), ("0.0", 0), ("119.999", 120),
        ])
    func fraction(text: String, seconds: Int) {
        #expect(RetryAfter.duration(header: { $0 == "retry-after" ? text : nil }, now: 0) == .seconds(seconds))
    }

    @Test(
        "what is no number and no date is no pause",
        arguments: ["", ".5", "2.", "2.x", "1e3", "2,5", "+2", "2.5.1", "0x10"])
    func nonsense(text: String) {
        #expect(RetryAfter.duration(header: { $0 == "retry-after" ? text : nil }, now: 0) == nil)
    }

    @Test(
        "the two old forms of a date are read too, as every recipient must",
        arguments: [
            "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ])
    func oldDates(text: String) {
        #expect(RetryAfter.duration(header: { $0 == "retry-after" ? text : nil }, now: 784_111_770) == .seconds(7))
    }

    @Test("a call is tried three times and no more")
    func attempts() {
        var quota = RetryQuota(capacity: 500)
        var call = CallAttempts(policy: .standard)
        var decisions: [CallAttempts.Decision] = []
        for _ in 0..<3 {
            call.begin()
            decisions.append(call.failed(CallFailure(.transient), quota: &quota, random: 1))
        }
        #expect(decisions == [.retry(after: .seconds(1)), .retry(after: .seconds(2)), .giveUp(.attemptsUsedUp)])
        #expect(call.made == 3)
    }

    @Test("what is final is not tried again")
    func finalErrors() {
        var quota = RetryQuota(capacity: 500)
        var call = CallAttempts(policy: .standard)
        call.begin()
        #expect(call.failed(CallFailure(.final), quota: &quota, random: 1) == .giveUp(.final))
        #expect(quota.available == 500)
    }

    @Test(
        "refused keys are looked up once more, and tried again only if there are others",
        arguments: [
            ErrorClass.signature, .unknownKey, .expiredCredentials,
        ])
    func refusedKeys(kind: ErrorClass) {
        var quota = RetryQuota(capacity: 500)
        var call = CallAttempts(policy: .standard)
        call.begin()
        #expect(call.failed(CallFailure(kind), quota: &quota, random: 1) == .refreshCredentials)
        call.begin()
        #expect(call.failed(CallFailure(kind), quota: &quota, random: 1) == .giveUp(.final))
        #expect(quota.available == 500)
    }

    @Test("clock and credentials are repaired once each, and cost no retry")
    func repairs() {
        var quota = RetryQuota(capacity: 500)
        var call = CallAttempts(policy: RetryPolicy(maximumAttempts: 2))
        func fail(_ kind: ErrorClass) -> CallAttempts.Decision {
            call.begin()
            return call.failed(CallFailure(kind), quota: &quota, random: 0)
        }
        #expect(fail(.clockSkew) == .correctClock)
        #expect(fail(.expiredCredentials) == .refreshCredentials)
        #expect(fail(.transient) == .retry(after: .zero))
        #expect(fail(.clockSkew) == .giveUp(.final))
        #expect(fail(.expiredCredentials) == .giveUp(.final))
        #expect(call.made == 5)
    }

    @Test("an outage uses the tokens up, then every call fails at once; success brings them back")
    func quota() {
        var quota = RetryQuota(capacity: 500)
        func oneCall(failures: Int, timeout: Bool = false) -> CallAttempts.Decision? {
            var call = CallAttempts(policy: .standard)
            for _ in 0..<failures {
                call.begin()
                let decision = call.failed(CallFailure(.transient, isTimeout: timeout), quota: &quota, random: 0)
                if case .giveUp = decision { return decision }
            }
            call.begin()
            call.succeeded(&quota)
            return nil
        }
        // 500 tokens, 5 a retry, 2 retries a call.
        for _ in 0..<50 { #expect(oneCall(failures: 3) == .giveUp(.attemptsUsedUp)) }
        #expect(quota.available == 0)
        #expect(oneCall(failures: 3) == .giveUp(.quotaUsedUp))
        for _ in 0..<10 { #expect(oneCall(failures: 0) == nil) }
        #expect(quota.available == 10)
        #expect(oneCall(failures: 1) == nil)
        #expect(quota.available == 10)
        #expect(oneCall(failures: 1, timeout: true) == nil)
        #expect(quota.available == 10)
        for _ in 0..<1_000 { _ = oneCall(failures: 0) }
        #expect(quota.available == 500)
    }
}
