"""Family names of China, Japan and Korea with their common Latin spellings, the commonest first.

Written down by hand from the lists of the commonest family names of each country; Japanese given names are those that
are hardly ever read in another way.
"""

from collections.abc import Mapping
from typing import Final


def _table(text: str) -> Mapping[str, tuple[str, ...]]:
    """Each line: the signs (several ways of writing side by side), a colon, the spellings."""
    found = {}
    for entry in text.split(","):
        signs, _, spelt = entry.partition(":")
        found.update(dict.fromkeys(signs.split(), tuple(spelt.split())))
    return found


KOREAN: Final = _table("""
김: kim, 이 리: lee yi rhee, 박: park pak, 최: choi choe, 정: jung chung, 강: kang, 조: cho jo, 윤: yoon yun,
장: jang chang, 임 림: lim im, 한: han, 오: oh o, 서: seo suh, 신: shin sin, 권: kwon gwon, 황: hwang, 안: ahn an,
송: song, 류 유: yoo ryu, 홍: hong, 전: jeon chun, 고: ko go, 문: moon mun, 손: son sohn, 양 량: yang, 배: bae pae,
백: baek paik, 허: heo hur, 남: nam, 심: shim sim, 노 로: noh roh, 하: ha, 곽: kwak gwak, 성: sung seong, 차: cha,
주: joo ju, 우: woo u, 구: koo gu, 민: min, 나 라: na ra, 진: jin chin, 지: ji chi, 엄: um eom, 채: chae, 원: won,
천: chun cheon, 방: bang pang, 공: kong gong, 현: hyun hyeon, 함: ham, 변: byun byeon, 염: yeom yum, 여 려: yeo,
추: choo chu, 도: do, 석: suk seok, 선: sun seon, 설: seol sul, 마: ma, 길: gil kil, 연: yeon yun, 위: wi, 표: pyo,
명: myung myeong, 기: ki gi, 반: ban, 왕: wang, 금: keum geum, 옥: ok, 육: yook yuk, 인: in, 맹: maeng, 제: je,
모: mo, 국: kook guk, 은: eun, 편: pyun pyeon, 용: yong, 예: ye, 경: kyung gyeong, 봉: bong, 사: sa, 부: boo bu,
가: ka ga, 복: bok, 태: tae, 목: mok, 형: hyung hyeong, 피: pi, 두: doo du, 감: kam gam, 음: eum, 빈: bin, 동: dong,
온: on, 남궁: namkoong namgung, 황보: hwangbo, 제갈: jegal, 사공: sagong, 선우: sunwoo seonu, 독고: dokgo
""")
# Besides Pinyin, which every sign has: how families of Taiwan, Hong Kong and the south-east spell the name.
CHINESE: Final = {
    **_table("""
李: li lee, 王: wang wong, 張 张: zhang chang, 劉 刘: liu lau, 陳 陈: chen chan, 楊 杨: yang yeung,
黃 黄: huang wong, 趙 赵: zhao chao, 吳 吴: wu ng, 周: zhou chow, 徐: xu hsu, 孫 孙: sun suen, 馬 马: ma,
朱: zhu chu, 胡: hu wu, 郭: guo kuo, 何: he ho, 林: lin lam, 高: gao kao, 羅 罗: luo lo, 鄭 郑: zheng cheng,
梁: liang leung, 謝 谢: xie hsieh, 宋: song sung, 唐: tang tong, 許 许: xu hsu, 鄧 邓: deng tang, 韓 韩: han,
馮 冯: feng fung, 曹: cao tsao, 彭: peng pang, 曾: zeng tsang, 蕭 萧 肖: xiao hsiao, 田: tian tien, 董: dong tung,
潘: pan poon, 袁: yuan yuen, 蔡: cai tsai, 蔣 蒋: jiang chiang, 余: yu yee, 于: yu, 杜: du to, 葉 叶: ye yip,
程: cheng ching, 魏: wei ngai, 蘇 苏: su so, 呂 吕: lu lui, 丁: ding ting, 任: ren yam, 盧 卢: lu lo, 姚: yao yiu,
沈: shen shum, 鍾 钟: zhong chung, 姜: jiang chiang, 崔: cui tsui, 譚 谭: tan tam, 陸 陆: lu luk, 范: fan, 汪: wang,
廖: liao liu, 石: shi shek, 金: jin kam, 賈 贾: jia, 夏: xia hsia, 方: fang fong, 鄒 邹: zou chow, 熊: xiong hung,
白: bai pai, 孟: meng, 秦: qin chin, 邱: qiu chiu, 江: jiang kong, 尹: yin, 薛: xue hsueh, 閻 阎: yan, 段: duan,
雷: lei lui, 侯: hou, 龍 龙: long lung, 史: shi, 陶: tao, 賀 贺: he, 顧 顾: gu koo, 毛: mao, 郝: hao,
龔 龚: gong kung, 邵: shao shiu, 萬 万: wan man, 錢 钱: qian chien, 嚴 严: yan yim, 武: wu, 戴: dai tai, 莫: mo mok,
孔: kong kung, 向: xiang, 湯 汤: tang tong, 單 单: shan, 解: xie, 仇: qiu, 查: zha cha, 樂 乐: yue, 區 区: ou au,
朴: piao park, 甄: zhen yan, 伍: wu ng, 關 关: guan kwan, 溫 温: wen wan, 文: wen man, 古: gu koo, 翁: weng yung,
洪: hong hung, 施: shi shih, 鄺 邝: kuang kwong, 麥 麦: mai mak, 簡 简: jian kan, 韋 韦: wei wai, 霍: huo fok,
曲: qu, 卓: zhuo cheuk, 莊 庄: zhuang chong
"""),
    **_table("""
歐陽 欧阳: ouyang auyeung, 司馬 司马: sima szema, 諸葛 诸葛: zhuge, 上官: shangguan, 司徒: situ szeto, 慕容: murong,
皇甫: huangfu, 端木: duanmu, 令狐: linghu, 尉遲 尉迟: yuchi, 夏侯: xiahou, 公孫 公孙: gongsun, 東方 东方: dongfang,
長孫 长孙: zhangsun, 宇文: yuwen, 軒轅 轩辕: xuanyuan, 南宮 南宫: nangong, 西門 西门: ximen, 獨孤 独孤: dugu
"""),
}
DOUBLE: Final = frozenset(each for each in (*KOREAN, *CHINESE) if len(each) > 1)
JAPANESE: Final = _table("""
佐藤: sato, 鈴木: suzuki, 高橋 髙橋: takahashi, 田中: tanaka, 伊藤: ito, 渡辺 渡邊 渡邉 渡部: watanabe,
山本: yamamoto, 中村: nakamura, 小林: kobayashi, 加藤: kato, 吉田: yoshida, 山田: yamada, 佐々木: sasaki,
山口: yamaguchi, 松本: matsumoto, 井上: inoue, 木村: kimura, 林: hayashi, 斎藤 齋藤 斉藤 齊藤: saito, 清水: shimizu,
山崎: yamazaki, 森: mori, 池田: ikeda, 橋本: hashimoto, 阿部 安部: abe, 石川: ishikawa, 山下: yamashita,
中島: nakajima, 石井: ishii, 小川: ogawa, 前田: maeda, 岡田: okada, 長谷川: hasegawa, 藤田: fujita, 後藤: goto,
近藤: kondo, 村上: murakami, 遠藤: endo, 青木: aoki, 坂本: sakamoto, 福田: fukuda, 太田 大田: ota, 西村: nishimura,
藤井: fujii, 金子: kaneko, 岡本: okamoto, 藤原: fujiwara, 三浦: miura, 中野: nakano, 中川: nakagawa, 原田: harada,
松田: matsuda, 竹内: takeuchi, 小野: ono, 田村: tamura, 中山: nakayama, 和田: wada, 石田: ishida, 森田: morita,
上田: ueda, 原: hara, 内田: uchida, 柴田: shibata, 酒井: sakai, 宮崎: miyazaki, 横山: yokoyama, 高木: takagi,
安藤: ando, 宮本: miyamoto, 大野: ono, 小島: kojima, 谷口: taniguchi, 工藤: kudo, 今井: imai, 高田: takada,
増田: masuda, 丸山: maruyama, 杉山: sugiyama, 村田: murata, 大塚: otsuka, 新井: arai, 藤本: fujimoto, 小山: koyama,
平野: hirano, 河野: kono, 上野: ueno, 武田: takeda, 野口: noguchi, 松井: matsui, 千葉: chiba, 菅原: sugawara,
岩崎: iwasaki, 久保: kubo, 木下: kinoshita, 佐野: sano, 野村: nomura, 松尾: matsuo, 市川: ichikawa,
菊地 菊池: kikuchi, 杉本: sugimoto, 古川: furukawa, 大西: onishi, 島田: shimada, 水野: mizuno, 桜井 櫻井: sakurai,
高野: takano, 渡: watari, 吉川: yoshikawa, 山内: yamauchi, 西田: nishida, 飯田: iida, 菊田: kikuta, 西川: nishikawa,
小松: komatsu, 北村: kitamura, 安田: yasuda, 五十嵐: igarashi, 川口: kawaguchi, 平田: hirata, 関: seki, 中田: nakata,
久保田: kubota, 服部: hattori, 東: higashi, 岩田: iwata, 土屋: tsuchiya, 川崎: kawasaki, 福島: fukushima,
本田: honda, 辻: tsuji, 樋口: higuchi, 秋山: akiyama, 田口: taguchi, 永井: nagai, 山中: yamanaka, 中西: nakanishi,
吉村: yoshimura, 川上: kawakami, 大橋: ohashi, 石原: ishihara, 松岡: matsuoka, 浜田: hamada, 馬場: baba,
森本: morimoto, 矢野: yano, 浅野: asano, 松下: matsushita, 星野: hoshino, 大久保: okubo, 吉岡: yoshioka, 小池: koike,
野田: noda, 荒木: araki, 大谷: otani, 熊谷: kumagai, 松浦: matsuura, 内藤: naito, 黒田: kuroda, 尾崎: ozaki,
川村: kawamura, 永田: nagata, 望月: mochizuki, 堀: hori, 田辺: tanabe, 松村: matsumura, 荒井: arai, 菅野: kanno,
西山: nishiyama, 岩本: iwamoto, 平井: hirai, 大島: oshima, 早川: hayakawa, 片山: katayama, 本間: homma, 横田: yokota,
岡崎: okazaki, 荻野: ogino, 鎌田: kamada, 小田: oda, 成田: narita, 宮田: miyata, 小沢 小澤: ozawa, 須藤: sudo,
高山: takayama, 大石: oishi, 石橋: ishibashi
""")
JAPANESE_GIVEN: Final = _table("""
太郎: taro, 一郎: ichiro, 二郎 次郎: jiro, 三郎: saburo, 健太: kenta, 健太郎: kentaro, 翔太: shota, 大輔: daisuke,
健一: kenichi, 拓也: takuya, 直樹: naoki, 和也: kazuya, 達也: tatsuya, 哲也: tetsuya, 健: ken, 誠: makoto,
隆: takashi, 浩: hiroshi, 豊: yutaka, 剛: tsuyoshi, 亮: ryo, 翔: sho, 蓮: ren, 颯太: sota, 大翔: hiroto, 悠斗: yuto,
陽翔: haruto, 駿: shun, 健二: kenji, 浩二: koji, 裕二: yuji, 和夫: kazuo, 正: tadashi, 茂: shigeru, 清: kiyoshi,
勝: masaru, 博: hiroshi, 雄一: yuichi, 純: jun, 純一: junichi, 真一: shinichi, 修: osamu, 薫: kaoru, 恵子: keiko,
洋子: yoko, 和子: kazuko, 幸子: sachiko, 京子: kyoko, 久美子: kumiko, 由美子: yumiko, 真由美: mayumi, 裕子: yuko,
陽子: yoko, 智子: tomoko, 明美: akemi, 直美: naomi, 由美: yumi, 恵美: emi, 美咲: misaki, 愛: ai, 葵: aoi, 陽菜: hina,
結衣: yui, 結菜: yuna, 彩: aya, 舞: mai, 麻衣: mai, 千尋: chihiro, 桜: sakura, 花子: hanako, 美穂: miho, 香織: kaori,
直子: naoko, 典子: noriko, 節子: setsuko, 文子: fumiko, 美智子: michiko, 悦子: etsuko, 順子: junko, 純子: junko,
良子: yoshiko, 弘: hiroshi, 秀樹: hideki, 英樹: hideki, 正樹: masaki, 雅人: masato, 康平: kohei, 洋平: yohei,
晋三: shinzo, 太一: taichi, 雄太: yuta
""")
