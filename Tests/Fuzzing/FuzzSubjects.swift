/// Everything that reads bytes from outside.
package enum FuzzSubjects {
    package static let all: [any FuzzSubject.Type] = [
        StreamSubject.self, AccountSubject.self, ContentSubject.self, MessageSubject.self, AnswerSubject.self,
        CredentialSubject.self,
    ]
}
