package demo

// ChangeMade is the last change of the story: without it the demonstration is half made.
const ChangeMade = "demo.made.v1"
