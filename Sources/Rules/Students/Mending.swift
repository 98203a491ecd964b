/// One repair that the reader made on its own; each is a notice of the rule book.
public struct Mending: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// White space inside a name is gone (Q18).
        case nameSpaces
        /// A look-alike of the middle dot in a name is now `·`.
        case nameDot
        /// A decomposed or compatibility character in a name is now its canonical form (NFC).
        case nameComposed
        /// Full-width digits, letters or signs in a number, date, code or telephone are now ASCII.
        case fullWidth
        /// Small letters in an identity number are now capital, `x` above all (Q68).
        case idCapitals
        /// Blanks or a leading apostrophe in an identity number are gone.
        case idBlanks
        /// Line breaks or tabs inside a text are now spaces.
        case lineBreak
    }

    public let kind: Kind
    public let field: StudentField
    /// The cell as it came in.
    public let before: String
    /// The value as it stands in the record.
    public let after: String
}
