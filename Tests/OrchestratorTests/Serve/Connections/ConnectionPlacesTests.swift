import TestSupport
import Testing

@testable import Orchestrator

@Suite("Places for connections and requests")
struct ConnectionPlacesTests {
    @Test("while there is room, nobody leaves for another")
    func room() {
        let places = ConnectionPlaces<Int>(limit: 3)
        for member in 1...3 { #expect(places.enter(member).evicted == nil) }
        #expect(places.count == 3)
    }

    @Test("when all places are taken, the one that has waited longest without a request makes room")
    func eviction() {
        let places = ConnectionPlaces<Int>(limit: 2)
        let first = places.enter(1).ticket
        _ = places.enter(2)
        places.begin(first)
        #expect(places.enter(3).evicted == 2)
        // Answered, the first waits again: since later than the third.
        places.end(first, 1)
        #expect(places.enter(4).evicted == 3)
        #expect(places.enter(5).evicted == 1)
        #expect(places.count == 2)
    }

    @Test("one whose request is being answered never makes room")
    func busy() {
        let places = ConnectionPlaces<Int>(limit: 2)
        for member in 1...2 { places.begin(places.enter(member).ticket) }
        #expect(places.enter(3).evicted == nil)
        #expect(places.enter(4).evicted == 3)
    }

    @Test("a place is free again when its connection is gone, evicted or not", arguments: UInt64(0)..<50)
    func never(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let places = ConnectionPlaces<Int>(limit: 8)
        var tickets: [(UInt64, Int)] = []
        for member in 0..<300 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0, 1: tickets.append((places.enter(member).ticket, member))
            case 2:
                guard let (ticket, member) = tickets.randomElement(using: &generator) else { continue }
                places.begin(ticket)
                places.end(ticket, member)
            default:
                guard !tickets.isEmpty else { continue }
                let index = Int.random(in: 0..<tickets.count, using: &generator)
                places.leave(tickets.remove(at: index).0)
            }
            #expect(places.count <= 8)
        }
        for (ticket, _) in tickets { places.leave(ticket) }
        #expect(places.count == 0)
    }

    @Test("a request's place is free once nothing holds it")
    func requests() {
        let places = RequestPlaces(limit: 2)
        var held = [places.take(), places.take()]
        #expect(held.allSatisfy { $0 != nil })
        #expect(places.take() == nil)
        held.removeLast()
        #expect(places.take() != nil)
    }
}
