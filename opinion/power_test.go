package opinion

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestPowerGrowsWithTheConversation(t *testing.T) {
	opts := PowerOptions{People: []int{40, 400}, VotesEach: []int{20}, Runs: 6, Refits: 5, Seed: 1}
	list, err := MeasurePower(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	few, many := list[0], list[1]
	t.Logf("%+v", list)
	if few.Found != 0 || few.FalseAlarm != 0 || few.Cut != 0 {
		t.Errorf("groups are shown of forty people: %+v", few)
	}
	if many.Found < enough || many.FalseAlarm != 0 || many.CutApart != 0 || many.Error >= few.Error {
		t.Errorf("%+v", many)
	}
	again, err := MeasurePower(context.Background(), opts)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(list) {
		t.Errorf("%v, before %v: %v", again, list, err)
	}
	if p, ok := EnoughPower(list); !ok || p.People != 400 {
		t.Errorf("%+v is enough", p)
	}
}

func TestEnoughPowerTrustsNoLuckySize(t *testing.T) {
	list := []Power{{People: 50, VotesEach: 8, Found: 0.9}, {People: 100, VotesEach: 8, Found: 0.7}, {People: 200, VotesEach: 8, Found: 0.8}}
	if p, ok := EnoughPower(list); !ok || p.People != 200 {
		t.Errorf("%+v", p)
	}
	if p, ok := EnoughPower(list[:2]); ok {
		t.Errorf("%+v is not enough", p)
	}
}

func TestPowerStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := MeasurePower(ctx, PowerOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	var fault *Fault
	if _, err := MeasurePower(context.Background(), PowerOptions{Groups: 6}); !errors.As(err, &fault) {
		t.Error(err)
	}
}
