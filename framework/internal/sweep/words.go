package sweep

// Strategies are the ways to search that come with assay.
func Strategies() []string { return append([]string{"grid"}, strategies...) }

// Protocols are the ways to make datasets of several recordings.
func Protocols() []string {
	return []string{withinSession, crossSession, crossSubject, learningCurve}
}

// IDForm is the form of names that a sweep gives, as a regular expression.
func IDForm() string { return idForm().String() }
