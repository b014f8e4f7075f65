"""The phrases that plots are told in: what a story says at its beginning, at its end, and of the
weather, each in many ways."""
from storyengine import MACROS

MACROS.update({
    # -- time and weather ---------------------------------------------------
    "oneday": "one {day|day|morning|afternoon|sunny day|sunny morning|bright morning|warm day|fine day|warm afternoon|spring morning|summer day}",
    "oneday.rain": "one {rainy day|gray day|wet morning|rainy afternoon|cloudy day|gray morning}",
    "oneday.snow": "one {cold day|winter morning|winter day|cold morning|snowy day|frosty morning}",
    "oneday.wind": "one {windy day|windy morning|breezy day|windy afternoon|fall day}",
    "oneday.night": "one {evening|night|dark night|quiet evening|cold night|clear night}",
    "sky": "{The sun was {shining|warm|bright}.|The sky was {blue|clear and blue}.|Birds were singing in the trees.|It was a {lovely|beautiful} day.|The air smelled of flowers.|}",
    "sky.rain": "{The sky was {gray|full of clouds}.|Dark clouds hung over the {hills|trees}.|The wind was cold.|}",
    "sky.snow": "{Everything was white.|Snow lay on the {ground|roofs|trees}.|The air was cold and clear.|Ice sparkled on the branches.|}",
    "sky.wind": "{The wind blew through the trees.|The leaves danced in the wind.|The clouds ran across the sky.|}",
    "sky.night": "{The moon was {round|bright|high in the sky}.|The stars were out.|Everything was quiet.|}",
    # -- words that vary ----------------------------------------------------
    "happy": "{happy|glad|very happy|so happy|full of joy|delighted}",
    "sad": "{sad|very sad|unhappy|upset}",
    "afraid": "{afraid|scared|frightened}",
    "very": "{very|so}",
    "sadly": "{sadly|quietly}",
    "nice": "{nice|lovely|wonderful|beautiful}",
    "suddenly": "{Suddenly|Just then|All at once|At that moment}",
    "soon": "{Soon|Before long|After a while|A little later}",
    "thenext": "{The next day|The next morning|A day later}",
    "saidh": "{said|said|cried|called} <h>",
    "hobby.kid": "{sing songs|draw pictures|run in the garden|climb trees|read books|look at the clouds|collect smooth stones|jump over puddles|play outside|dance|play with <h:his> toys|ride <h:his> bike|tell jokes|help at home|ask questions|play hide and seek|build towers|watch the birds}",
    "hobby.animal": "{sing little songs|roll down the hill|splash in the water|count the stars|dig in the soft ground|chase butterflies|run through the tall grass|collect shiny stones|sleep in the sun|explore|play hide and seek|look at the clouds|jump over logs|listen to the birds|tell stories|pick berries}",
    "family": "<h:his> {mom and dad|family|grandma|mother and father|mom|dad and <h:his> baby sister|big brother}",
    # -- things people say --------------------------------------------------
    "thanks": "{Thank you|Thank you so much|Oh, thank you|Thank you very much}",
    "welcome": "{You are welcome|I was glad to help|That is what friends do|Any time}",
    "ohno": "{Oh no|Oh dear|Oh my}",
    # -- openings -----------------------------------------------------------
    "open": "{Once upon a time, there was <h:intro>.|Once upon a time, there was <h:intro>. <h:He> lived in <home>.|Once upon a time, there was <h:intro> who lived in <home>."
            "|Once upon a time, in <home>, there lived <h:intro>.|Once there was <h:intro>.|There once was <h:intro> who loved to <hobby>."
            "|In <home>, there lived <h:intro>.|<h> was <h:adesc>. <h:He> lived in <home> with <family>.|Long ago, there was <h:intro>."
            "|Long ago, in <home>, there lived <h:intro>.|This is a story about <h:intro>.|<h> was <h:adesc> who lived in <home>."
            "|Once upon a time, <h:intro> lived in <home>.|There was once <h:intro>. <h:He> lived with <family> in <home>."
            "|Once upon a time, there was <h:intro> who liked to <hobby>.|Once upon a time, there was <h:intro>.}",
    "like": "{<h:He> {loved|liked} to <hobby>.|Every day, <h:he> {would|liked to} <hobby>.|More than anything, <h:he> loved to <hobby>."
            "|<h> {loved|liked} to <hobby> and to <hobby>.|Everyone {liked|loved} <h>.|<h> was always {busy|cheerful|smiling}.}",
    # -- closings -----------------------------------------------------------
    "close": "{That night, <h> {fell asleep|went to sleep|went to bed} with a {big|happy|warm} smile.|<h> was <happy>.|It was the best day of all.|<h> smiled all the way home."
             "|The end.|And they all lived happily ever after.|<h> never forgot that day.|It had been a {good|very good|wonderful} day.|And <h:he> was <happy>.}",
    "friends": "{From that day on, <h> and <f> were {best|good|the best of} friends.|<h> and <f> became {best|good} friends.|After that, <h> and <f> played together every day."
               "|From then on, <h> and <f> did everything together.|And so <h> and <f> became friends.|<h> and <f> stayed friends forever.}",
    # the same for two who were friends before (see Story.slot)
    "friends.old": "{<h> and <f> were better friends than ever.|From that day on, <h> and <f> were even better friends.|After that, <h> and <f> played together every day."
                   "|<h> and <f> stayed friends forever.|\"You are my best friend,\" said <f>. \"And you are mine,\" said <h>.}",
    "learned": "{<h> had learned|<h> learned|That day, <h> learned|Now <h> knew|From that day on, <h> knew}",
})

MACROS["hisfriend"] = "{<h:his> friend <f:tag>|<h:his> best friend <f:tag>|<h:his> good friend <f:tag>}"
MACROS["afriend"] = "{<h> had a {good |best |dear |}friend {named|called} <f>.|<h:His> best friend was <f:intro>.|<f:tag> was <h:his> {best|good} friend.}"
MACROS["afriend.animal"] = "{<h> had a {good |best |dear |}friend, <f:tag>.|<h:His> best friend was <f:intro>.|<f:tag> was <h:his> {best|good} friend.}"

OPEN = ["<open>", "<open> <like>", "<open>", "<open> <like>"]
CLOSE = (0.5, "<close>")
FRIENDS = "<friends>"
